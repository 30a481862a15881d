package io.postern.console.life;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.console.sight.Sight;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.OutcomeConnection;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.TlsFacts;
import io.postern.contracts.v1.TlsVersion;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LifeEventsTest {
  @Test
  void anAttemptOverTwoConnectionsIsAnEventForEachWithItsRecipients() throws Exception {
    Envelope.Builder envelope = Envelope.newBuilder();
    OutcomeRecorded.Builder outcome =
        OutcomeRecorded.newBuilder()
            .setOrganization("contoso")
            .setAttempt(1)
            .setHost("a.example")
            .setToken("opportunistic:none(not-offered)")
            .addOtherConnections(
                OutcomeConnection.newBuilder()
                    .setHost("b.example")
                    .setToken("opportunistic:encryption-only")
                    .setTlsFacts(TlsFacts.newBuilder().setVersion(TlsVersion.TLS_1_3)));
    for (int i = 0; i < 5; i++) {
      envelope.addRecipients(EnvelopeRecipient.newBuilder().setAddress("r" + i + "@x.example"));
      outcome.addRecipients(
          RecipientOutcome.newBuilder()
              .setRecipient(i)
              .setKind(OutcomeKind.DELIVERED)
              .setConnection(i < 3 ? 0 : 1));
    }
    LifeEvents events =
        new LifeEvents(
            MessageAccepted.newBuilder().setEnvelope(envelope).build(),
            Set.of(0, 1, 2, 3, 4),
            Sight.everything());
    events.add(Topics.MAIL_OUTCOMES, 1, "ccccs", outcome.build().toByteArray());

    List<Life.Event> all = events.inOrder();
    assertThat(all).hasSize(2);
    assertThat(all)
        .extracting(event -> detail(event).host() + " " + detail(event).token())
        .containsExactly(
            "a.example opportunistic:none(not-offered)", "b.example opportunistic:encryption-only");
    assertThat(detail(all.getFirst()).tls()).isNull();
    assertThat(detail(all.getLast()).tls()).isNotNull();
    assertThat(all).extracting(event -> event.recipients().size()).containsExactly(3, 2);
  }

  private static Life.Attempt detail(Life.Event event) {
    Life.Attempt detail = event.detail();
    assertThat(detail).isNotNull();
    return detail;
  }
}
