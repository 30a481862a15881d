package io.postern.operator.commands.partner;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.lab.RunningProgram;
import io.postern.operator.LabPolicy;
import io.postern.operator.LabPolicy.Ran;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command against HTTP; end-to-end tests have real sessions. */
class WatchTest {
  private static final String ACCEPTED =
      "{\"at\":\"2026-11-27T10:00:00Z\",\"result\":\"accepted\",\"count\":1,\"clientIp\":\"192.0.2.7\",\"tls\":\"TLSv1.3 X\",\"certificateNames\":[\"mail.fabrikam.example\"],"
          + "\"claims\":[\"senderDomains\"],\"senderDomain\":\"fabrikam.example\",\"connector\":\"From F\",\"queueId\":\"Q1\",\"verdict\":\"good\"}";
  private static final String REFUSED =
      "{\"at\":\"2026-11-27T10:01:00Z\",\"result\":\"refused\",\"count\":3,\"clientIp\":\"192.0.2.7\",\"greeting\":\"mx\",\"tls\":\"none\",\"claims\":[\"senderDomains\"],"
          + "\"connector\":\"From F\",\"rule\":\"requireTls\",\"reference\":\"0Z7K-31QF\",\"code\":550,\"text\":\"no TLS\",\"conditions\":["
          + "{\"connector\":\"From F\",\"parameter\":\"enabled\",\"met\":true,\"state\":\"met\",\"expected\":\"true\",\"actual\":\"true\"},"
          + "{\"connector\":\"From F\",\"parameter\":\"requireTls\",\"met\":false,\"state\":\"not-met\",\"expected\":\"true\",\"actual\":\"not encrypted\"},"
          + "{\"connector\":\"Old\",\"parameter\":\"x\",\"met\":false,\"detail\":\"a recorded sentence\"}]}";

  @TempDir private Path folder;
  private LabPolicy policy;

  @BeforeEach
  void start() throws IOException {
    policy = new LabPolicy(folder).answer("DELETE", "/watches/w1", 204, "");
  }

  @AfterEach
  void stop() {
    policy.close();
  }

  private static String view(String state, String sessions) {
    return "{\"id\":\"w1\",\"state\":\"" + state + "\",\"sessions\":[" + sessions + "]}";
  }

  private void connector(String... views) {
    policy
        .answer("POST", "/contoso/inbound-connectors/From%20F/watches", 201, view("watching", ""))
        .views("/watches/w1", views);
  }

  private boolean isEnded() {
    return policy.requests().stream().anyMatch(r -> r.method().equals("DELETE"));
  }

  @Test
  void eachSessionIsShownOnceWithExpectedAndActual() {
    connector(
        view("watching", ""), view("watching", ACCEPTED), view("ended", ACCEPTED + "," + REFUSED));
    Ran ran = policy.run("watch", "contoso", "From F");
    assertThat(ran.exit()).as(ran.toString()).isEqualTo(1);
    assertThat(ran.out())
        .isEqualTo(
            """
            2026-11-27T10:00:00Z  accepted  from 192.0.2.7, TLS TLSv1.3 X, certificate mail.fabrikam.example
              claims    senderDomains; sender fabrikam.example
              decided   by connector From F, certificate chain good, queue id Q1
            2026-11-27T10:01:00Z  NOT ACCEPTED (refused), 3 times  from 192.0.2.7 (mx), TLS none, no certificate
              claims    senderDomains
              decided   by connector From F, rule requireTls, reference 0Z7K-31QF
              reply     550 no TLS
              met       From F enabled: expected true, actual true
              NOT MET   From F requireTls: expected true, actual not encrypted
              NOT MET   Old x: a recorded sentence
            """);
    assertThat(isEnded()).isTrue();
  }

  @Test
  void aProgramReadsALineASession() throws Exception {
    connector(view("ended", ACCEPTED));
    Ran ran = policy.run("watch", "contoso", "From F", "-o", "json");
    assertThat(ran.exit()).isZero();
    JsonNode line = new ObjectMapper().readTree(ran.out().strip());
    assertThat(line.path("queueId").asText()).isEqualTo("Q1");
    assertThat(ran.out().strip()).doesNotContain("\n");
  }

  @Test
  void aPartnerIsDescribedByOptions() {
    policy
        .answer("POST", "/contoso/watches", 201, view("watching", ""))
        .views("/watches/w1", view("ended", ""));
    Ran ran =
        policy.run(
            "watch",
            "contoso",
            "--domain",
            "fabrikam.example",
            "--certificate-name",
            "mail.fabrikam.example",
            "--address",
            "192.0.2.0/28");
    assertThat(ran.exit()).isEqualTo(1);
    assertThat(ran.err()).contains("no session arrived");
    assertThat(policy.requests().getFirst().body())
        .contains(
            "\"domains\":[\"fabrikam.example\"]",
            "\"certificateNames\":[\"mail.fabrikam.example\"]",
            "\"addresses\":[\"192.0.2.0/28\"]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "watch contoso",
        "watch contoso From --domain a.example",
        "watch contoso From --for 0",
        "watch contoso From --for 31"
      })
  void aWrongLineIsNoWatch(String line) {
    assertThat(policy.run(line.split(" ")).exit()).isEqualTo(2);
    assertThat(policy.requests()).isEmpty();
  }

  @Test
  void ctrlCEndsTheWatch() throws Exception {
    policy
        .answer("POST", "/contoso/inbound-connectors/From%20F/watches", 201, view("watching", ""))
        .answer("GET", "/watches/w1", 200, view("watching", ACCEPTED));
    try (RunningProgram program = policy.start("watch", "contoso", "From F")) {
      Awaitility.await()
          .atMost(Duration.ofSeconds(90))
          .until(() -> program.output().contains("queue id Q1"));
      assertThat(isEnded()).isFalse();
      program.interrupt();
      assertThat(program.end()).isEqualTo(130);
      assertThat(program.output()).doesNotContain("Exception");
    }
    assertThat(isEnded()).isTrue();
  }
}
