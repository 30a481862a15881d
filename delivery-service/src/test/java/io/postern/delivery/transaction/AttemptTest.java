package io.postern.delivery.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RemoteReply;
import io.postern.contracts.v1.ReportedRequirement;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.delivery.position.DeliveryTask;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttemptTest {
  private static final TlsRequirement REQUIREMENT = RelayLab.level(TlsLevel.ENCRYPTION_ONLY);

  private static OutcomeRecorded delivered(Supplier<String> token) {
    DeliveryRequested.Builder request =
        RelayLab.request(REQUIREMENT, RelayLab.mailHosts("fabrikam.com"), "ann@fabrikam.com");
    request.setReported(ReportedRequirement.newBuilder().setConnector("To Fabrikam"));
    Attempt attempt = new Attempt(new DeliveryTask(request.build(), 1), REQUIREMENT);
    attempt.report(token);
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
