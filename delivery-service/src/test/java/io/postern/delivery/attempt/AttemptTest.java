package io.postern.delivery.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.OutcomeConnections;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RemoteReply;
import io.postern.contracts.v1.ReportedRequirement;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.delivery.position.DeliveryTask;
import io.postern.delivery.relay.RelayLab;
import io.postern.delivery.route.Target;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttemptTest {
  private static final TlsRequirement REQUIREMENT = RelayLab.level(TlsLevel.ENCRYPTION_ONLY);

  private static ConnectionReport report(int port) {
    return report(port, null);
  }

  private static ConnectionReport report(int port, @Nullable Supplier<String> reported) {
    Target target = new Target("mx.fabrikam.com", new InetSocketAddress("127.0.0.1", port));
    return new ConnectionReport(target, null, false, null, 0, null, null, null, null, reported);
  }

  @Test
  void theOutcomeHasRoomForEightConnectionsAndSessionsThatShowTheSameAreOne() {
    String[] recipients =
        IntStream.range(0, 12).mapToObj(i -> "r" + i + "@x.example").toArray(String[]::new);
    DeliveryRequested.Builder request =
        RelayLab.request(REQUIREMENT, RelayLab.mailHosts("x.example"), recipients);
    Attempt attempt = new Attempt(new DeliveryTask(request.build(), 1));
    RemoteReply taken = RemoteReply.newBuilder().setCode(250).build();
    for (int i = 0; i < 10; i++) {
      int port = i < 3 ? 1 : i; // three sessions with one address
      assertThat(attempt.passed(report(port).passed("encryption-only:encryption-only"))).isTrue();
      attempt.delivered(attempt.open(1).getFirst(), taken, false);
    }
    assertThat(attempt.passed(report(11).passed("encryption-only:encryption-only"))).isFalse();
    attempt.leaveRest("destination-busy", "for another attempt");

    OutcomeRecorded outcome = attempt.outcome().build();
    assertThat(OutcomeConnections.split(outcome))
        .extracting(OutcomeRecorded::getAddress)
        .containsExactly(
            "127.0.0.1:1",
            "127.0.0.1:3",
            "127.0.0.1:4",
            "127.0.0.1:5",
            "127.0.0.1:6",
            "127.0.0.1:7",
            "127.0.0.1:8",
            "127.0.0.1:9");
    assertThat(outcome.getRecipientsList())
        .filteredOn(r -> r.getKind() == OutcomeKind.DEFERRED)
        .hasSize(2);
  }

  /** Else the record would be larger than the log takes, and its partition stand. */
  @Test
  void sessionsThatPutRecipientsOffAreBoundedToo() {
    String[] recipients =
        IntStream.range(0, 60).mapToObj(i -> "r" + i + "@x.example").toArray(String[]::new);
    DeliveryRequested.Builder request =
        RelayLab.request(REQUIREMENT, RelayLab.mailHosts("x.example"), recipients);
    Attempt attempt = new Attempt(new DeliveryTask(request.build(), 1));
    attempt.nextHost();
    RemoteReply later = RemoteReply.newBuilder().setCode(451).build();
    int sessions = 0;
    while (attempt.passed(report(1 + sessions).passed("encryption-only:encryption-only"))) {
      attempt.putOff(attempt.open(1).getFirst(), "remote-4xx", later, "later");
      sessions++;
    }
    attempt.leaveRest("destination-busy", "for another attempt");

    assertThat(sessions).isEqualTo(UsedConnections.MOST);
    OutcomeRecorded outcome = attempt.outcome().build();
    assertThat(outcome.getOtherConnectionsCount()).isEqualTo(UsedConnections.MOST - 1);
    assertThat(outcome.getRecipientsList())
        .hasSize(60)
        .allMatch(r -> r.getKind() == OutcomeKind.DEFERRED);
  }

  @Test
  void aConnectionThatNoRecipientNamesIsNotListed() {
    DeliveryRequested.Builder request =
        RelayLab.request(
            REQUIREMENT, RelayLab.mailHosts("x.example"), "a@x.example", "b@x.example");
    Attempt attempt = new Attempt(new DeliveryTask(request.build(), 1));
    attempt.nextHost();
    attempt.passed(report(1).passed("encryption-only:encryption-only"));
    RemoteReply later = RemoteReply.newBuilder().setCode(451).build();
    attempt.open(2).forEach(r -> attempt.putOff(r, "remote-4xx", later, "later"));
    attempt.nextHost();
    attempt.passed(report(2).passed("encryption-only:encryption-only"));
    RemoteReply taken = RemoteReply.newBuilder().setCode(250).build();
    attempt.open(2).forEach(r -> attempt.delivered(r, taken, false));

    OutcomeRecorded outcome = attempt.outcome().build();
    assertThat(outcome.getAddress()).isEqualTo("127.0.0.1:2");
    assertThat(outcome.getOtherConnectionsCount()).isZero();
    assertThat(outcome.getRecipientsList()).allMatch(r -> r.getConnection() == 0);
  }

  private static OutcomeRecorded delivered(Supplier<String> token) {
    DeliveryRequested.Builder request =
        RelayLab.request(REQUIREMENT, RelayLab.mailHosts("fabrikam.com"), "ann@fabrikam.com");
    request.setReported(ReportedRequirement.newBuilder().setConnector("To Fabrikam"));
    Attempt attempt = new Attempt(new DeliveryTask(request.build(), 1));
    ConnectionReport through = report(1, attempt.reported(token)).passed("any");
    assertThat(attempt.passed(through)).isTrue();
    attempt
        .open(1)
        .forEach(
            recipient ->
                attempt.delivered(recipient, RemoteReply.newBuilder().setCode(250).build(), false));
    return attempt.outcome().build();
  }

  /** An error of its judgement would else defer a message that its host has: a second copy. */
  @ParameterizedTest
  @CsvSource({
    "judged, later, later",
    "error, later, later",
    "judged, error, ''",
    "error, error, ''",
  })
  void aConnectorInReportOnlyModeNeverChangesAnOutcome(
      String atTheHost, String atTheEnd, String shown) {
    Queue<String> answers = new ArrayDeque<>(List.of(atTheHost, atTheEnd));
    OutcomeRecorded outcome =
        delivered(
            () -> {
              String answer = answers.remove();
              if (answer.equals("error")) {
                throw new IllegalStateException("a fault of the judgement");
              }
              return answer;
            });

    assertThat(answers).isEmpty();
    assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
    assertThat(outcome.getReportedToken()).isEqualTo(shown);
    assertThat(outcome.getReportedConnector()).isEqualTo("To Fabrikam");
  }
}
