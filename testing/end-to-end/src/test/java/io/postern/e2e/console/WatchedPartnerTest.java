package io.postern.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.RunningProgram;
import io.postern.lab.SmtpClient;
import io.postern.operator.Main;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A watch shows what a partner's servers did, with what matched and what did not. */
class WatchedPartnerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final String SESSIONS =
      "/api/v1/partner-sessions?organization=contoso&connector=From%20Fabrikam&since=10m";

  @Test
  void theNextSessionsAreShownWithExpectedAndActual(@TempDir Path folder) throws Exception {
    try (Example example = Example.start()) {
      Awaitility.await("the read model has the connector")
          .atMost(PATIENCE)
          .until(() -> example.get(SESSIONS).has("sessions"));
      watch(example, folder);
    }
  }

  private static void watch(Example example, Path folder) throws Exception {
    try (RunningProgram watch =
        RunningProgram.start(
            Main.class,
            List.of(
                "watch",
                "contoso",
                "From Fabrikam",
                "--context",
                context(example, folder).toString()))) {
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> watch.output().contains("sessions that end from now on"));
      example.sendSamples(); // one of the partner, one of an impostor
      LabCa authority = LabCa.create("Strangers");
      assertThat(reply(example, authority.issue(Issue.to("other.example")))).isEqualTo(550);
      Awaitility.await("the sessions")
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(watch.output())
                      .contains(
                          "accepted  from 127.0.0.1",
                          "NOT ACCEPTED (refused)",
                          "NOT MET   From Fabrikam restrictDomainsToCertificate: expected "
                              + "mail.fabrikam.example, actual other.example",
                          "met       From Fabrikam verdict: expected good, actual good"));
      watch.interrupt();
      assertThat(watch.end()).isEqualTo(130);

      JsonNode sessions = example.get(SESSIONS).path("sessions");
      JsonNode accepted = with(sessions, "result", "accepted");
      assertThat(accepted.path("connector").asText()).isEqualTo("From Fabrikam");
      assertThat(accepted.path("verdict").asText()).isEqualTo("good");
      assertThat(accepted.path("claims").toString())
          .contains("senderDomains", "tlsSenderCertificateName");
      JsonNode refused = with(sessions, "result", "refused");
      assertThat(refused.path("rule").asText()).isEqualTo("restrictDomainsToCertificate");
      assertThat(sessions.findValuesAsText("certificateNames")).isNotEmpty();
      JsonNode connector =
          example.get("/api/v1/partner-sessions?organization=contoso&connector=None");
      assertThat(connector.path("status").asInt()).isEqualTo(404);
    }
  }

  private static JsonNode with(JsonNode sessions, String field, String value) {
    for (JsonNode session : sessions) {
      if (session.path(field).asText().equals(value)) {
        return session;
      }
    }
    throw new AssertionError("no session with " + value + ": " + sessions);
  }

  private static int reply(Example example, Identity certificate) throws Exception {
    try (SmtpClient client = SmtpClient.connect("127.0.0.1", example.stack().stack().smtpPort())) {
      client.ehlo("other.example");
      client.startTls(certificate);
      client.ehlo("other.example");
      return client
          .send(
              "info@fabrikam.example",
              List.of("anna@contoso.example"),
              "Subject: watched\r\n\r\nwatched\r\n".getBytes(StandardCharsets.US_ASCII))
          .code();
    }
  }

  private static Path context(Example example, Path folder) throws Exception {
    Path credentials =
        Files.writeString(folder.resolve("credentials"), example.name() + ":" + example.password());
    return Files.writeString(
        folder.resolve("context.properties"),
        "postern.console.url=%s\npostern.console.credentials-file=%s\n"
            .formatted(example.console(), credentials));
  }
}
