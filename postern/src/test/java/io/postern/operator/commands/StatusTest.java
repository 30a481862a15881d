package io.postern.operator.commands;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.commandline.Program;
import io.postern.operator.Main;
import io.postern.operator.signin.ScriptedHttp;
import io.postern.operator.signin.ScriptedHttp.Answer;
import io.postern.operator.signin.ScriptedHttp.Request;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The state of an installation, whose services answer over real HTTP. */
class StatusTest {
  private static final String READY = "{\"status\": \"UP\", \"checks\": []}";

  private static final String NOT_READY =
      """
      {"status": "DOWN", "checks": [{"name": "ingress-service", "status": "DOWN", "data":
        {"topics-verified": true, "listening": false, "directory": "is not read to its end"}}]}
      """;

  private static final String GROUPS =
      """
      {"groups": [
        {"name": "waiting", "recipients": 12, "held": 0, "oldest": "2027-01-02T10:00:00Z"},
        {"name": "held", "recipients": 3, "held": 3, "oldest": "2027-01-02T10:00:00.500Z"}]}
      """;

  private static final String FLOW =
      """
      {"since": "2027-01-02T00:00:00Z",
       "in": [{"tls": "none", "recipients": 40}, {"tls": "TLSv1.3", "recipients": 60}],
       "out": [{"state": "delivered", "recipients": 80}, {"state": "delivered", "recipients": 1},
               {"state": "failed", "recipients": 2}, {"state": "expired", "recipients": 1},
               {"state": "cancelled", "recipients": 1}, {"state": "waiting", "recipients": 12},
               {"state": "held", "recipients": 3}],
       "refused": [{"rule": "tenantAttribution", "refusals": 500}],
       "readTo": {"topics": [{"topic": "mail.accepted", "lag": 7, "lost": 1, "unreadable": 1}]}}
      """;

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();

  private int status(String context, String... options) throws Exception {
    Files.writeString(folder.resolve("credentials"), "admin:a-password");
    Path file = Files.writeString(folder.resolve("context.properties"), context);
    CommandLine line = new CommandLine(Main.class).setOut(new PrintWriter(out, true));
    String[] all = new String[options.length + 3];
    System.arraycopy(options, 0, all, 3, options.length);
    all[0] = "status";
    all[1] = "--context";
    all[2] = file.toString();
    return Program.run(line, all);
  }

  private static String console(ScriptedHttp service) {
    return "postern.console.url=%s\npostern.console.credentials-file=credentials\n"
        .formatted(service.url());
  }

  private static Answer answer(Request request) {
    if (request.path().startsWith("/api/v1/queue/groups?by=state")) {
      return Answer.ok(GROUPS);
    }
    return request.path().startsWith("/api/v1/flow?") && request.path().contains("step=day")
        ? Answer.ok(FLOW)
        : Answer.ok(READY);
  }

  @Test
  void theNumbersAreThoseOfTheConsolesOverview() throws Exception {
    try (ScriptedHttp service = ScriptedHttp.start(StatusTest::answer)) {
      String context = console(service) + "postern.health.console-service=" + service.url();
      assertThat(status(context)).isZero();
      assertThat(out.toString().lines())
          .containsExactly(
              "console-service      ready",
              "in the queue         15 recipients, 3 of them held; the oldest accepted"
                  + " 2027-01-02T10:00:00Z",
              "today (UTC)          accepted 100, delivered 81, failed 3, cancelled 1, refused 500",
              "read model           7 records of Kafka are not read yet",
              "read model           2 records of Kafka were lost or are unreadable");
      out.getBuffer().setLength(0);
      assertThat(status(context, "-o", "json")).isZero();
    }
    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertThat(json.path("ready").asBoolean()).isTrue();
    assertThat(json.at("/replicas/0/name").asText()).isEqualTo("console-service");
    assertThat(json.at("/mail/queued").asLong()).isEqualTo(15);
    assertThat(json.at("/mail/oldest").asText()).isEqualTo("2027-01-02T10:00:00Z");
    assertThat(json.at("/mail/today/since").asText()).isEqualTo("2027-01-02T00:00:00Z");
    assertThat(json.at("/mail/today/refused").asLong()).isEqualTo(500);
    assertThat(json.at("/mail/recordsBehind").asLong()).isEqualTo(7);
    assertThat(json.has("mailUnknown")).isFalse();
  }

  @Test
  void aReplicaThatIsNotReadyIsAFindingWithItsGrounds() throws Exception {
    try (ScriptedHttp service = ScriptedHttp.start(request -> new Answer(503, NOT_READY))) {
      assertThat(status("postern.health.ingress-service=" + service.url())).isEqualTo(1);
    }
    assertThat(out.toString().lines())
        .containsExactly(
            "ingress-service      NOT READY: it responds 503: listening false, directory is not read"
                + " to its end",
            "mail                 not known: there is no postern.console.url");
  }

  @Test
  void aReplicaThatIsReadyWithoutADirectorySaysSo() throws Exception {
    String noDirectory =
        """
        {"status": "UP", "checks": [{"name": "ingress-service", "status": "UP", "data":
          {"listening": true, "directory-current": false,
           "note": "all mail gets 451, the directory is empty: apply the first directory"}}]}
        """;
    try (ScriptedHttp service = ScriptedHttp.start(request -> Answer.ok(noDirectory))) {
      assertThat(status("postern.health.ingress-service=" + service.url())).isZero();
    }
    assertThat(out.toString().lines())
        .contains(
            "ingress-service      ready; all mail gets 451, the directory is empty: apply the first"
                + " directory");
  }

  @Test
  void aHealthAnswerOfSomethingElseIsNoGround() throws Exception {
    try (ScriptedHttp balancer = ScriptedHttp.start(request -> new Answer(502, "<html>"))) {
      assertThat(status("postern.health.ingress-service=" + balancer.url())).isEqualTo(1);
    }
    assertThat(out.toString()).contains("NOT READY: it responds 502" + System.lineSeparator());
  }

  @Test
  void aConsoleThatIsAwayLeavesTheRest() throws Exception {
    String context;
    try (ScriptedHttp gone = ScriptedHttp.start(request -> Answer.ok(READY))) {
      context = console(gone);
    }
    assertThat(status(context)).isZero();
    assertThat(out.toString())
        .contains("no replica was asked: no postern.health.NAME says where")
        .contains("mail                 not known: console-service at http://127.0.0.1:")
        .contains("does not respond");
    out.getBuffer().setLength(0);
    assertThat(status(context, "-o", "json")).isZero();
    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertThat(json.has("mail")).isFalse();
    assertThat(json.path("mailUnknown").asText()).contains("does not respond");
  }
}
