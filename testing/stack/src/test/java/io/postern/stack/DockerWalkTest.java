package io.postern.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The walk through the containers, before a Docker that answers as it should but for one step: the
 * walk fails there, says what was missing, and removes everything.
 */
class DockerWalkTest {
  private static final Path WALK = Path.of("../../deploy/docker/walk").toAbsolutePath().normalize();

  /** Answers as Docker and the containers do; WRONG names the step that it gets wrong. */
  private static final String DOCKER =
      """
      #!/bin/bash
      printf '%s\\n' "${*//$'\\n'/ }" >>"$CALLS"
      wrong() { [ "${WRONG:-}" = "$1" ]; }
      case "$*" in
        "compose version") wrong compose && exit 1 ;;
        info) wrong engine && exit 1 ;;
        "compose up "*) wrong up && exit 1 ;;
        "compose ps "*)
          for service in broker ingress-service policy-service certificate-service delivery-service postgres \\
            console-service; do
            echo "$service healthy"
          done ;;
        *" postern example") wrong example || printf '%s\\n' '# An example' organizations: '  - id: contoso' ;;
        *" postern apply --dry-run -") cat >/dev/null; echo "added contoso"; echo "postern: nothing was changed" ;;
        *" postern apply -")
          cat >/dev/null
          wrong apply && exit 1
          echo "postern: in force as version 1" ;;
        "compose exec "*) echo "a certificate" ;;
        *"- someone@stranger.example anna@contoso.example")
          wrong session && exit 1
          wrong mail && echo "S: 451 4.3.0 later" || echo "S: 250 2.0.0 Queued as 0ABC" ;;
        *"- info@fabrikam.example anna@contoso.example")
          wrong refusal && echo "S: 250 2.0.0 Queued as 0ABD" || echo "S: 550 5.7.64 no (reference 0Z7K-31QF)" ;;
        *" postern trace 0ABC --why")
          wrong plaintext && tls=ESMTP || tls="ESMTPS (TLSv1.3 X)"
          wrong level && level=opportunistic || level=domain-validation
          echo "accepted   0ABC, 300 bytes, from 192.0.2.1 over $tls"
          echo "connector  none of contoso (anonymous), incoming: anna@contoso.example"
          echo "delivery   attempt 1: anna@contoso.example to mailbox.contoso.example:25, requires $level"
          echo "outcome    anna@contoso.example deferred, TLS domain-validation/dns-failure" ;;
        *" postern trace 0ABC -o json") wrong json && echo '{}' || echo '{ "found" : true }' ;;
        *" postern refusals 0Z7K-31QF")
          wrong reference && exit 1
          printf '%s\\n' "refused    RCPT" "rule       x of contoso / From Fabrikam" "           because of it" ;;
        *" postern messages --to anna@contoso.example") echo "0ABC  anna@contoso.example" ;;
        *" postern why 0ABC")
          wrong message && exit 1
          echo "its requirement is domain-validation/dns-failure" ;;
        *" postern messages --kind refusals --from-domain fabrikam.example") echo "0Z7K-31QF" ;;
        *" postern why 0Z7K-31QF")
          wrong rule && echo "nobody knows why" ||
            echo "rule restrictDomainsToCertificate of connector From Fabrikam" ;;
        *" postern status")
          wrong status && exit 1
          printf '%s\\n' "policy-service       ready" "in the queue         1 recipients, 0 of them held" \\
            "today (UTC)          accepted 1, delivered 0, failed 0, cancelled 0, refused 1" ;;
        *" postern audit") wrong audit && exit 1; echo "clean: every recipient is accounted for" ;;
        "compose down "*) touch "$CALLS.down" ;;
        "ps "* | "volume ls"* | "network ls"*)
          { wrong rest || [ ! -e "$CALLS.down" ]; } && echo something ;;
      esac
      exit 0
      """;

  @TempDir Path folder;
  private Path calls = Path.of("");

  @BeforeEach
  void docker() throws Exception {
    Path bin = Files.createDirectory(folder.resolve("bin"));
    calls = folder.resolve("calls");
    Files.writeString(calls, "");
    Files.writeString(bin.resolve("docker"), DOCKER);
    Files.setPosixFilePermissions(
        bin.resolve("docker"), PosixFilePermissions.fromString("rwx------"));
  }

  private record Ended(int code, String output) {}

  private Ended walk(String path, String wrong, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("/bin/bash", WALK.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder walk = new ProcessBuilder(command);
    Map<String, String> environment = walk.environment();
    environment.put("PATH", path);
    environment.put("CALLS", calls.toString());
    environment.put("WRONG", wrong);
    Path output = folder.resolve("output");
    Process process = walk.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    process.getOutputStream().close();
    try {
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).as(Files.readString(output)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Ended(process.exitValue(), Files.readString(output));
  }

  private Ended walk(String wrong) throws Exception {
    return walk(folder.resolve("bin") + ":/usr/bin:/bin", wrong, "--built");
  }

  @Test
  void withoutDockerOneLineSaysWhatIsMissing() throws Exception {
    Ended none = walk(Files.createDirectory(folder.resolve("empty")).toString(), "");
    assertThat(none.code()).isEqualTo(1);
    assertThat(none.output().lines())
        .singleElement()
        .asString()
        .contains("there is no Docker here: install Docker Engine");
  }

  @ParameterizedTest
  @CsvSource({
    "compose, docker has no compose command: install",
    "engine, the Docker engine does not respond: start it"
  })
  void aDockerThatCannotDoItIsNamedInOneLine(String wrong, String message) throws Exception {
    Ended ended = walk(wrong);
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.output().lines()).singleElement().asString().contains(message);
    assertThat(Files.readString(calls)).doesNotContain("down");
  }

  @Test
  void itEndsWellWhereEveryStepGoesWellAndNothingIsLeft() throws Exception {
    Ended ended = walk("nothing");
    assertThat(ended.output()).contains("every step went as it should, and nothing is left");
    assertThat(ended.code()).isZero();
    List<String> made = Files.readAllLines(calls);
    assertThat(made).filteredOn(call -> call.startsWith("compose down --volumes")).hasSize(1);
    assertThat(made).noneMatch(call -> call.startsWith("make "));
  }

  @Test
  void withoutImagesNothingIsStarted() throws Exception {
    Path make = folder.resolve("bin/make");
    Files.writeString(
        make, "#!/bin/bash\necho \"make $*\" >>\"$CALLS\"\n[ \"$WRONG\" != images ]\n");
    Files.setPosixFilePermissions(make, PosixFilePermissions.fromString("rwx------"));
    String path = folder.resolve("bin") + ":/usr/bin:/bin";
    Ended ended = walk(path, "images");
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.output()).contains("the images were not built");
    assertThat(Files.readAllLines(calls))
        .containsExactly("compose version", "info", "make --no-print-directory docker");
    assertThat(walk(path, "nothing").code()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "up, it did not start",
    "example, no example came|should have a line",
    "apply, the example was refused",
    "session, the session broke",
    "mail, should have a line with: ^S: 250",
    "plaintext, should have a line with: ^accepted",
    "level, should have a line with: ^delivery",
    "json, the trace for programs is another one",
    "refusal, should have a line with: ^S: 550",
    "reference, nobody knows 0Z7K-31QF",
    "message, the console does not know 0ABC",
    "rule, should have a line with: rule restrictDomainsToCertificate",
    "status, not all is well",
    "audit, the audit says",
    "rest, something is left"
  })
  void aStepThatGoesWrongEndsItAndEverythingIsRemoved(String wrong, String message)
      throws Exception {
    Ended ended = walk(wrong);
    assertThat(ended.code()).as(ended.output()).isEqualTo(1);
    assertThat(ended.output())
        .containsPattern(message.contains("|") ? message : Pattern.quote(message))
        .doesNotContain("every step went as it should");
    assertThat(Files.readAllLines(calls))
        .filteredOn(call -> call.startsWith("compose down --volumes"))
        .isNotEmpty();
  }
}
