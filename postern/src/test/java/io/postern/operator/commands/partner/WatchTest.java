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
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command against HTTP; end-to-end tests have real sessions. */
class WatchTest {
  private static final String SINCE = "2026-11-27T09:59:00Z";
  private static final String ACCEPTED =
      "{\"id\":\"Q1/0\",\"at\":\"2026-11-27T10:00:00Z\",\"result\":\"accepted\",\"count\":1,\"clientIp\":\"192.0.2.7\",\"tls\":\"TLSv1.3 X\",\"certificateNames\":[\"mail.fabrikam.example\"],"
          + "\"claims\":[\"senderDomains\"],\"senderDomain\":\"fabrikam.example\",\"connector\":\"From F\",\"queueId\":\"Q1\",\"verdict\":\"good\"}";
  private static final String REFUSED =
      "{\"id\":\"3/17\",\"at\":\"2026-11-27T10:01:00Z\",\"result\":\"refused\",\"count\":3,\"clientIp\":\"192.0.2.7\",\"greeting\":\"mx\",\"tls\":\"none\",\"claims\":[\"senderDomains\"],"
          + "\"connector\":\"From F\",\"rule\":\"requireTls\",\"reference\":\"0Z7K-31QF\",\"code\":550,\"text\":\"no TLS\",\"conditions\":["
          + "{\"connector\":\"From F\",\"parameter\":\"enabled\",\"met\":true,\"state\":\"met\",\"expected\":\"true\",\"actual\":\"true\"},"
          + "{\"connector\":\"From F\",\"parameter\":\"requireTls\",\"met\":false,\"state\":\"not-met\",\"expected\":\"true\",\"actual\":\"not encrypted\"},"
          + "{\"connector\":\"Old\",\"parameter\":\"x\",\"met\":false,\"detail\":\"a recorded sentence\"}]}";

  @TempDir private Path folder;
  private LabPolicy policy;

  @BeforeEach
  void start() throws IOException {
    policy = new LabPolicy(folder);
  }

  @AfterEach
  void stop() {
    policy.close();
  }

  private static String view(String state, String sessions) {
    return view(state, sessions, 0);
  }

  private static String view(String state, String sessions, int further) {
    return "{\"state\":\"%s\",\"since\":\"%s\",\"further\":%d,\"sessions\":[%s]}"
        .formatted(state, SINCE, further, sessions);
  }

  private void answers(String... views) {
    policy.views("/partner-sessions?", views);
  }

  @Test
  void eachSessionIsShownOnceWithExpectedAndActual() {
    // The refusal is recorded later, and stands before.
    answers(
        view("watching", ""), view("watching", ACCEPTED), view("ended", REFUSED + "," + ACCEPTED));
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
    assertThat(policy.requests()).extracting(LabPolicy.Request::method).containsOnly("GET");
    assertThat(policy.requests().getFirst().path())
        .contains("organization=contoso", "connector=From%20F")
        .doesNotContain("since=");
    assertThat(policy.requests().getLast().path()).contains("&since=2026-11-27T09%3A59%3A00Z");
  }

  @Test
  void itEndsWhenAllThatAreShownHaveCome() {
    String many =
        IntStream.range(0, 50)
            .mapToObj(i -> ACCEPTED.replace("Q1/0", "Q1/" + i))
            .collect(Collectors.joining(","));
    answers(view("watching", ""), view("watching", many, 7));
    Ran ran = policy.run("watch", "contoso", "From F");
    assertThat(ran.exit()).as(ran.toString()).isZero();
    assertThat(ran.out().lines().filter(line -> line.contains("  accepted  "))).hasSize(50);
    assertThat(ran.err()).contains("7 more sessions arrived");
  }

  @Test
  void aProgramReadsALineASession() throws Exception {
    answers(view("ended", ACCEPTED));
    Ran ran = policy.run("watch", "contoso", "From F", "-o", "json");
    assertThat(ran.exit()).isZero();
    JsonNode line = new ObjectMapper().readTree(ran.out().strip());
    assertThat(line.path("queueId").asText()).isEqualTo("Q1");
    assertThat(ran.out().strip()).doesNotContain("\n");
  }

  @Test
  void aPartnerIsDescribedByOptions() {
    answers(view("ended", ""));
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
    assertThat(policy.requests().getFirst().path())
        .contains(
            "domain=fabrikam.example",
            "certificateName=mail.fabrikam.example",
            "address=192.0.2.0%2F28");
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
    answers(view("watching", ACCEPTED));
    try (RunningProgram program = policy.start("watch", "contoso", "From F")) {
      Awaitility.await()
          .atMost(Duration.ofSeconds(90))
          .until(() -> program.output().contains("queue id Q1"));
      program.interrupt();
      assertThat(program.end()).isEqualTo(130);
      assertThat(program.output()).doesNotContain("Exception");
    }
  }
}
