package io.postern.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.DaneEvidence;
import io.postern.contracts.v1.OutcomeConnection;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.TlsFacts;
import io.postern.contracts.v1.TlsVersion;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutcomeConnectionsTest {
  private static final OutcomeRecorded.Builder TWO =
      OutcomeRecorded.newBuilder()
          .setQueueId("q")
          .setHost("a.example")
          .setToken("opportunistic:none(not-offered)")
          .setDane(DaneEvidence.newBuilder().setBase("a"))
          .addRecipients(recipient(0, 0))
          .addRecipients(recipient(1, 1))
          .addRecipients(recipient(2, 0))
          .addOtherConnections(
              OutcomeConnection.newBuilder()
                  .setHost("b.example")
                  .setToken("opportunistic:encryption-only")
                  .setTlsMillis(7)
                  .setTlsFacts(TlsFacts.newBuilder().setVersion(TlsVersion.TLS_1_3)));

  private static RecipientOutcome recipient(int index, int connection) {
    return RecipientOutcome.newBuilder()
        .setRecipient(index)
        .setKind(OutcomeKind.DELIVERED)
        .setConnection(connection)
        .build();
  }

  private static List<Integer> recipients(OutcomeRecorded one) {
    return one.getRecipientsList().stream().map(RecipientOutcome::getRecipient).toList();
  }

  @Test
  void aRecordOfAnEarlierVersionHasOneConnection() {
    OutcomeRecorded earlier =
        OutcomeRecorded.newBuilder()
            .setHost("a.example")
            .addRecipients(recipient(0, 0))
            .addRecipients(recipient(1, 0))
            .build();
    assertThat(OutcomeConnections.split(earlier)).containsExactly(earlier);
    assertThat(OutcomeConnections.of(earlier, earlier.getRecipients(1))).isSameAs(earlier);
  }

  @Test
  void eachRecipientHasTheFactsOfItsOwn() {
    OutcomeRecorded outcome = TWO.build();
    OutcomeRecorded second = OutcomeConnections.of(outcome, outcome.getRecipients(1));
    assertThat(second.getHost()).isEqualTo("b.example");
    assertThat(second.getToken()).isEqualTo("opportunistic:encryption-only");
    assertThat(second.getTlsFacts().getVersion()).isEqualTo(TlsVersion.TLS_1_3);
    assertThat(second.getTimings().getTlsMillis()).isEqualTo(7);
    assertThat(second.hasDane()).isFalse();
    assertThat(second.getQueueId()).isEqualTo("q");
    List<OutcomeRecorded> all = OutcomeConnections.split(outcome);
    assertThat(all).extracting(OutcomeRecorded::getHost).containsExactly("a.example", "b.example");
    assertThat(all)
        .extracting(OutcomeConnectionsTest::recipients)
        .containsExactly(List.of(0, 2), List.of(1));
    assertThat(all).allMatch(one -> one.getOtherConnectionsCount() == 0);
  }

  @Test
  void ofAConnectionThatIsNotThereNothingIsSaid() {
    OutcomeRecorded outcome =
        TWO.clone().addRecipients(recipient(3, 5)).addRecipients(recipient(4, -1)).build();
    for (int i : List.of(3, 4)) {
      OutcomeRecorded one = OutcomeConnections.of(outcome, outcome.getRecipients(i));
      assertThat(one.getHost()).isEmpty();
      assertThat(one.getToken()).isEmpty();
      assertThat(one.hasDane()).isFalse();
    }
    assertThat(OutcomeConnections.split(outcome))
        .extracting(OutcomeConnectionsTest::recipients)
        .containsExactly(List.of(0, 2), List.of(1), List.of(3, 4));
  }
}
