package io.postern.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The journeys, before a Docker that answers as it should but for one step: the commands that are
 * played are those of the pages, and a step that goes wrong ends them and leaves nothing.
 */
class JourneysTest {
  private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();

  /** Answers as Docker and the containers do; WRONG names the step that it gets wrong. */
  private static final String DOCKER =
      """
      #!/bin/bash
      printf '%s\\n' "$*" >>"$CALLS"
      wrong() { [ "${WRONG:-}" = "$1" ]; }
      case "$*" in
        "compose ps "*)
          for service in ingress-service policy-service certificate-service delivery-service \\
            console-service example-partner example-mailbox; do
            echo "$service healthy"
          done ;;
        *" postern example") echo organizations: ;;
        *" postern apply directory.yaml")
          [ -s directory.yaml ] || exit 1
          echo "postern: in force as version 5" ;;
        *" postern secure-partner contoso tailspin.example "*)
          wrong partner && exit 1
          printf '%s\\n' "met: 1 of 1 address" "postern: forced TLS is in force, version 8" ;;
        *" send --from info@tailspin.example anna@contoso.example") echo "250 2.0.0 Queued as 0ABC" ;;
        *" messages --from-domain tailspin.example")
          echo "0ABC anna@contoso.example delivered  domain-validation:domain-validation" ;;
        *" send --without-certificate anna@contoso.example")
          wrong refusal && echo "250 2.0.0 Queued as 0ABD" || echo "550 5.7.51 no (reference 0Z7K-31QF)"
          exit 1 ;;
        *" messages --kind refusals --from-domain fabrikam.example")
          echo "0Z7K-31QF 550 restrictDomainsToCertificate" ;;
        *" postern why 0Z7K-31QF")
          wrong why || echo "rule restrictDomainsToCertificate of connector From Fabrikam of contoso" ;;
        *" check new.pem")
          printf '%s\\n' "new.pem, as a server: NOT OK" "names gate.contoso.example"
          exit 1 ;;
        *" postern rehearse new.pem")
          wrong rehearse && exit 1
          printf '%s\\n' "replaces CN=gate.contoso.example" "all: ok" ;;
        *" postern certificates")
          echo "current server gate.contoso.example"
          [ ! -e smtp/coming.pem ] || echo "coming server gate.contoso.example"
          echo "       sha256 $(openssl x509 -in smtp/certificate.pem -noout -fingerprint -sha256 |
            sed 's/.*=//; s/://g' | tr A-F a-f)" ;;
        "compose down "*) touch "$CALLS.down" ;;
        "ps "* | "volume ls"* | "network ls"*) [ -e "$CALLS.down" ] || echo something ;;
      esac
      exit 0
      """;

  @TempDir Path folder;

  @BeforeEach
  void docker() throws Exception {
    Path docker = Files.createDirectory(folder.resolve("bin")).resolve("docker");
    Files.writeString(docker, DOCKER);
    Files.setPosixFilePermissions(docker, PosixFilePermissions.fromString("rwx------"));
  }

  private record Ended(int code, String output) {}

  private Ended journeys(String wrong) throws Exception {
    ProcessBuilder journeys =
        new ProcessBuilder("/bin/bash", ROOT.resolve("deploy/journeys").toString(), "--built");
    Map<String, String> environment = journeys.environment();
    environment.put("PATH", folder.resolve("bin") + ":/usr/bin:/bin");
    environment.put("CALLS", folder.resolve("calls").toString());
    environment.put("TMPDIR", Files.createDirectory(folder.resolve("tmp")).toString());
    environment.put("WRONG", wrong);
    Path output = folder.resolve("output");
    Process process = journeys.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    process.getOutputStream().close();
    try {
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).as(Files.readString(output)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(folder.resolve("tmp")).isEmptyDirectory();
    return new Ended(process.exitValue(), Files.readString(output));
  }

  @Test
  void thePlayedCommandsAreThoseOfThePages() throws Exception {
    Ended ended = journeys("nothing");
    assertThat(ended.output()).contains("every journey went as its page says");
    assertThat(ended.code()).isZero();
    String tutorial = Files.readString(ROOT.resolve("docs/tutorials/first-partner.md"));
    String guide = Files.readString(ROOT.resolve("docs/guides/certificates.md"));
    assertThat(played(ended.output(), "first partner"))
        .isEqualTo(written(tutorial, "first partner"))
        .hasSizeLessThanOrEqualTo(8);
    assertThat(played(ended.output(), "refusal"))
        .isEqualTo(written(tutorial, "refusal"))
        .hasSize(2);
    assertThat(played(ended.output(), "renewal"))
        .isEqualTo(written(guide, "renewal"))
        .hasSizeLessThanOrEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource({
    "partner, this failed: docker compose run --rm postern secure-partner",
    "refusal, should have a line with: ^550",
    "why, should have a line with: rule restrictDomainsToCertificate",
    "rehearse, this failed: docker compose run --rm postern rehearse"
  })
  void aStepThatGoesWrongEndsItAndEverythingIsRemoved(String wrong, String message)
      throws Exception {
    Ended ended = journeys(wrong);
    assertThat(ended.code()).as(ended.output()).isEqualTo(1);
    assertThat(ended.output()).contains(message);
    assertThat(folder.resolve("calls.down")).exists();
  }

  /** The lines of the block after the mark. */
  private static List<String> written(String page, String journey) {
    Matcher block =
        Pattern.compile("<!-- journey: " + journey + " -->\n\n((?: {4}.*\n)+)").matcher(page);
    assertThat(block.find()).as(journey).isTrue();
    return block.group(1).lines().map(String::strip).toList();
  }

  private static List<String> played(String output, String journey) {
    String from = output.substring(output.indexOf("===== journey: " + journey + "\n") + 6);
    int end = from.indexOf("=====");
    return from.substring(0, end < 0 ? from.length() : end)
        .lines()
        .filter(line -> line.startsWith("$ "))
        .map(line -> line.substring(2))
        .toList();
  }
}
