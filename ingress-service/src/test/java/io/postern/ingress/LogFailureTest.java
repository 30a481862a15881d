package io.postern.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Deployment;
import io.postern.lab.SharedBroker;
import io.postern.log.LogSettings;
import io.postern.log.topics.TopicsSetup;
import io.postern.programs.KafkaBroker;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** G1: the log paused, killed and back again. */
class LogFailureTest {
  private static final String MESSAGE = "Subject: x\r\n\r\nBody";
  private static final Duration PATIENCE = Duration.ofSeconds(6);
  private static final Duration BOUND = Duration.ofSeconds(20);

  private KafkaBroker broker;
  private LogSettings settings;
  private TestServer server;

  @BeforeEach
  void start() throws Exception {
    broker = SharedBroker.empty();
    settings = new LogSettings(Map.of("bootstrap.servers", broker.bootstrap()));
    TopicsSetup.createOrVerify(settings, Deployment.singleNode(4));
    server = TestServer.on(broker.bootstrap(), PATIENCE, s -> {});
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private String send() throws Exception {
    try (RawClient client = server.greeted()) {
      return client.send("a@sender.example", "b@contoso.example", MESSAGE);
    }
  }

  private void sendUntilAccepted(Set<String> accepted) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              String reply = send();
              if (reply.startsWith("250")) {
                accepted.add(reply.substring(reply.lastIndexOf(' ') + 1));
                return true;
              }
              assertThat(reply).startsWith("451 4.3.0");
              return false;
            });
  }

  @Test
  void G1_a_paused_log_means_451_in_bounded_time_and_mail_flows_when_it_goes_on() throws Exception {
    Set<String> accepted = new HashSet<>();
    sendUntilAccepted(accepted);
    broker.pause();
    try {
      Instant began = Instant.now();
      assertThat(send()).startsWith("451 4.3.0");
      assertThat(Duration.between(began, Instant.now())).isLessThan(BOUND);
      assertThat(server.refusals.getLast().getRule()).isEqualTo("log-unavailable");
    } finally {
      broker.resume();
    }
    sendUntilAccepted(accepted);
    assertInLog(accepted);
  }

  @Test
  void G1_a_message_answered_250_before_the_log_was_killed_is_there_afterwards() throws Exception {
    Set<String> accepted = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      sendUntilAccepted(accepted);
    }
    broker.kill();
    Instant began = Instant.now();
    assertThat(send()).startsWith("451 4.3.0");
    assertThat(Duration.between(began, Instant.now())).isLessThan(BOUND);
    broker.restart();
    sendUntilAccepted(accepted);
    assertInLog(accepted);
  }

  private void assertInLog(Set<String> accepted) throws Exception {
    try (AcceptedLog log = new AcceptedLog(settings)) {
      assertThat(log.read().keySet()).containsAll(accepted);
    }
  }
}
