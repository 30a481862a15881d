package io.postern.e2e.pages;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.operator.Main;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Mistakes that are planted are found, and what is right is not. */
class PageChecksTest {
  private static final Set<String> KEYS =
      Set.of("postern.ingress.port", "postern.ingress.listeners.<name>.port", "quarkus.http.port");

  @Test
  void anUnknownSettingIsFound() {
    assertThat(
            PageChecks.settings(
                "`postern.ingress.port`, `postern.ingress.*`, `postern.ingress.listeners.mx.port`,"
                    + " POSTERN_INGRESS_PORT, POSTERN_INGRESS_LISTENERS_MX_PORT, POSTERN_CPUS",
                KEYS,
                Set.of("POSTERN_CPUS")))
        .isEmpty();
    assertThat(
            PageChecks.settings(
                "`postern.ingress.prot`, POSTERN_INGRESS_PROT and `quarkus.htp.*`", KEYS, Set.of()))
        .containsExactly(
            "unknown setting postern.ingress.prot",
            "unknown setting quarkus.htp.*",
            "unknown variable POSTERN_INGRESS_PROT");
  }

  @Test
  void anUnknownMetricIsFound() {
    Set<String> known = Set.of("postern_ingress_sessions", "postern_ingress_refusals_total");
    assertThat(PageChecks.metrics("`postern_ingress_sessions{listener=\"mx\"}`", known)).isEmpty();
    assertThat(PageChecks.metrics("`postern_ingress_session`", known))
        .containsExactly("unknown metric postern_ingress_session");
  }

  @Test
  void aMissingFileIsFound() {
    assertThat(PageChecks.files("`docs/README.md` and `deploy/none.sh`", "docs/README.md"::equals))
        .containsExactly("no file deploy/none.sh");
  }

  @Test
  void aWrongPortIsFound() {
    String page =
        "Port 25, `localhost:8081`, at 10:15:00, port 2626, https://console.example:9999/";
    assertThat(PageChecks.ports(page, Set.of(25, 8081)))
        .containsExactly("unknown port 2626", "unknown port 9999");
  }

  @Test
  void aWrongVersionIsFound() {
    assertThat(PageChecks.versions("JDK 25, PostgreSQL 14", Map.of("JDK", "25"))).isEmpty();
    assertThat(PageChecks.versions("JDK 21 and Kafka 4.2.1", Map.of("JDK", "25", "Kafka", "4.2.0")))
        .containsExactlyInAnyOrder("JDK 21: it is 25", "Kafka 4.2.1: it is 4.2.0");
  }

  @Test
  void anUnknownCommandOrOptionIsFound() {
    CommandLine line = new CommandLine(Main.class);
    assertThat(
            PageChecks.commands(
                "`postern queue list --limit 5`\n\n    postern trace ID -o json | jq .",
                line,
                line))
        .isEmpty();
    assertThat(
            PageChecks.commands("`postern tracer ID`, `postern queue list --limits 5`", line, line))
        .containsExactly(
            "postern tracer ID: no command tracer",
            "postern queue list --limits 5: no option --limits");
  }

  @Test
  void aDeadLinkOrAnchorIsFound() {
    Map<String, String> pages = Map.of("a.md", "# One\n\n## Two words", "b.md", "");
    assertThat(Markdown.deadLinks("[x](a.md#two-words) [y](#here)\n\n# Here", pages::get))
        .isEmpty();
    assertThat(Markdown.deadLinks("[x](c.md) [y](a.md#three) [z](#gone)", pages::get))
        .containsExactly("](c.md)", "](a.md#three)", "](#gone)");
  }
}
