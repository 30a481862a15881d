package io.postern.policy.decider;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.QueueId;
import io.postern.contracts.Reasons;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.policy.LogLab;
import io.postern.rules.Directory;
import io.postern.smtp.Address;
import io.postern.smtp.srs.SenderRewriting;
import io.postern.smtp.srs.WayBack;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * docs/guides/sender-rewriting.md: which reverse path a delivery gets, and where a notification
 * goes.
 */
class SenderRewritingDecisionTest {
  private static final Directory DIRECTORY =
      LogLab.directory(
          LogLab.FILE.replace("  expiryHours: 48", "  senderRewritingDomain: emea.contoso.example")
              + """
                  senderRewritingEnabled: true
                - name: To Adatum
                  connectorType: partner
                  recipientDomains: [adatum.example]
              - id: other
                acceptedDomains:
                - domain: shared.example
                  mailboxRoute: { host: mailbox.shared.example }
                  allowedSenderOrganizations: [contoso]
              """);
  private static final QueueId QUEUE_ID = QueueId.next(2);
  private static final long ACCEPTED_MILLIS = Instant.parse("2026-11-27T12:00:00Z").toEpochMilli();
  private static final ConsumerRecord<String, byte[]> ACCEPTED =
      new ConsumerRecord<>(
          Topics.MAIL_ACCEPTED,
          2,
          42,
          ACCEPTED_MILLIS,
          TimestampType.LOG_APPEND_TIME,
          0,
          0,
          QUEUE_ID.value(),
          new byte[0],
          new RecordHeaders(),
          Optional.empty());
  private static final SenderRewriting REWRITING =
      new SenderRewriting(
          List.of("a secret of more than thirty-two octets".getBytes(StandardCharsets.UTF_8)));

  private static MessageAccepted from(String sender, String... recipients) {
    MessageAccepted.Builder message = Messages.to(QUEUE_ID, recipients).toBuilder();
    message.getEnvelopeBuilder().setReversePath(sender);
    return message.build();
  }

  private static Decision.Builder decide(Optional<SenderRewriting> secrets, DecisionInput input) {
    return new MessageDecider(new DecisionOutcomes(), () -> secrets).decide(DIRECTORY, input);
  }

  private static Decision.Builder decide(MessageAccepted message) {
    return decide(Optional.of(REWRITING), DecisionInput.first(QUEUE_ID, message, ACCEPTED));
  }

  @Test
  void aForeignSenderIsRewrittenByTheConnectorThatSaysSoAndItsEnvelopeStays() {
    Decision.Builder decision =
        decide(from("eve@outside.example", "bob@fabrikam.example", "carl@adatum.example"));
    assertThat(decision.getDeliveriesList()).hasSize(2);
    DeliveryRequested rewritten = decision.getDeliveries(0);
    assertThat(rewritten.getConnector()).isEqualTo("To Fabrikam");
    assertThat(rewritten.getEnvelope().getReversePath()).isEqualTo("eve@outside.example");
    Address address = Address.parse(rewritten.getReversePath());
    assertThat(address.domain()).isEqualTo("emea.contoso.example");
    assertThat(REWRITING.wayBack("contoso", address, Instant.ofEpochMilli(ACCEPTED_MILLIS)))
        .isEqualTo(new WayBack.To(Address.parse("eve@outside.example")));
    assertThat(rewritten.getExplanation().getStepsList())
        .anySatisfy(
            step -> {
              assertThat(step.getCondition()).isEqualTo("senderRewritingEnabled");
              assertThat(step.getMatched()).isTrue();
              assertThat(step.getDetail()).contains(rewritten.getReversePath());
            });
    DeliveryRequested other = decision.getDeliveries(1);
    assertThat(other.getConnector()).isEqualTo("To Adatum");
    assertThat(other.getReversePath()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "'', the null reverse-path",
        "ann@contoso.example, domain is the organization",
        "ann@EMEA.contoso.example, domain is the organization",
        "ann@shared.example, allows the organization",
        "ann@[192.0.2.1], address literal",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@outside.example, 64 octets",
      })
  void aSenderThatStaysIsExplained(String sender, String why) {
    DeliveryRequested delivery =
        decide(from(sender, "bob@fabrikam.example")).getDeliveriesList().getFirst();
    assertThat(delivery.getReversePath()).isEmpty();
    assertThat(delivery.getExplanation().getStepsList().getLast())
        .satisfies(
            step -> {
              assertThat(step.getCondition()).isEqualTo("senderRewritingEnabled");
              assertThat(step.getMatched()).isFalse();
              assertThat(step.getDetail()).contains(why);
            });
  }

  @Test
  void mailWaitsWithoutSecretsAndNeverGoesUnwritten() {
    MessageAccepted message =
        from("eve@outside.example", "bob@fabrikam.example", "carl@adatum.example");
    Decision.Builder decision =
        decide(Optional.empty(), DecisionInput.first(QUEUE_ID, message, ACCEPTED));
    assertThat(decision.getDeliveriesList())
        .extracting(DeliveryRequested::getConnector)
        .containsExactly("To Adatum");
    RecipientOutcome waits = decision.getOutcomes(0).getRecipients(0);
    assertThat(waits.getRecipient()).isZero();
    assertThat(waits.getKind()).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(waits.getReason()).isEqualTo(Reasons.SENDER_REWRITING_UNAVAILABLE);
    assertThat(waits.getDetail()).contains("To Fabrikam").contains("postern.sender-rewriting");
    assertThat(decision.getOutcomes(0).getExpiresMillis()).isGreaterThan(ACCEPTED_MILLIS);
  }

  private static MessageAccepted mustBeRewritten(String sender, String... recipients) {
    MessageAccepted.Builder message = from(sender, recipients).toBuilder();
    message.getGroupsBuilder(0).setRewriteSender(true);
    return message.build();
  }

  /** Accepted on this condition: by each connector, by none, and after the connector changed. */
  @ParameterizedTest
  @CsvSource({
    "carl@adatum.example, To Adatum",
    "bob@fabrikam.example, To Fabrikam",
    "dora@elsewhere.example, ''",
  })
  void anotherOrganizationsSenderIsRewrittenWhateverTheConnectorSays(
      String recipient, String connector) {
    DeliveryRequested delivery =
        decide(mustBeRewritten("eve@outside.example", recipient)).getDeliveries(0);
    assertThat(delivery.getConnector()).isEqualTo(connector);
    Address address = Address.parse(delivery.getReversePath());
    assertThat(REWRITING.wayBack("contoso", address, Instant.ofEpochMilli(ACCEPTED_MILLIS)))
        .isEqualTo(new WayBack.To(Address.parse("eve@outside.example")));
    assertThat(delivery.getExplanation().getStepsList().getLast().getSubject())
        .isEqualTo("organization contoso");
  }

  @Test
  void anotherOrganizationsSenderThatCannotBeRewrittenFailsAndNeverGoesUnwritten() {
    String sender = "a".repeat(51) + "@outside.example";
    Decision.Builder decision = decide(mustBeRewritten(sender, "carl@adatum.example"));
    assertThat(decision.getDeliveriesList()).isEmpty();
    RecipientOutcome failed = decision.getOutcomes(0).getRecipients(0);
    assertThat(failed.getKind()).isEqualTo(OutcomeKind.FAILED);
    assertThat(failed.getReason()).isEqualTo(Reasons.SENDER_NOT_ALLOWED);
    assertThat(failed.getReply().getEnhancedCode()).isEqualTo("5.7.60");
    assertThat(failed.getDetail()).contains("64 octets");
  }

  @Test
  void anotherOrganizationsSenderIsDeferredWithoutSecretsAndAfterTheDomainWasRemoved() {
    MessageAccepted message = mustBeRewritten("eve@outside.example", "dora@elsewhere.example");
    DecisionInput input = DecisionInput.first(QUEUE_ID, message, ACCEPTED);
    for (Decision.Builder decision :
        List.of(
            decide(Optional.empty(), input),
            new MessageDecider(new DecisionOutcomes(), () -> Optional.of(REWRITING))
                .decide(LogLab.directory(LogLab.FILE), input))) {
      assertThat(decision.getDeliveriesList()).isEmpty();
      RecipientOutcome waits = decision.getOutcomes(0).getRecipients(0);
      assertThat(waits.getKind()).isEqualTo(OutcomeKind.DEFERRED);
      assertThat(waits.getReason()).isEqualTo(Reasons.SENDER_REWRITING_UNAVAILABLE);
    }
  }

  /** Accepted by a version without the rule: it goes as it was accepted. */
  @Test
  void mailThatWasAcceptedWithoutTheConditionGoesOn() {
    assertThat(
            decide(from("eve@outside.example", "carl@adatum.example"))
                .getDeliveries(0)
                .getReversePath())
        .isEmpty();
  }

  @Test
  void theNextAttemptHasTheSameReversePath() {
    MessageAccepted message = from("eve@outside.example", "bob@fabrikam.example");
    DecisionInput later =
        DecisionInput.later(
            QUEUE_ID,
            message,
            ACCEPTED,
            AttemptDue.newBuilder().setAttempt(7).addRecipients(0).build());
    assertThat(decide(Optional.of(REWRITING), later).getDeliveries(0).getReversePath())
        .isEqualTo(decide(message).getDeliveries(0).getReversePath());
  }

  @Test
  void aNotificationGoesToTheSenderBehindTheAddress() {
    MessageAccepted.Builder message = from("", "SRS0=x@emea.contoso.example").toBuilder();
    message
        .getEnvelopeBuilder()
        .getRecipientsBuilder(0)
        .setReturnsTo("eve@outside.example")
        .setOriginalRecipient("rfc822;SRS0=x@emea.contoso.example");
    message.getGroupsBuilder(0).setDirection(Direction.INCOMING);
    DeliveryRequested outside = decide(message.build()).getDeliveries(0);
    assertThat(outside.getNextHop().getMxDomain()).isEqualTo("outside.example");
    assertThat(outside.getEnvelope().getRecipients(0).getAddress())
        .isEqualTo("eve@outside.example");
    assertThat(outside.getEnvelope().getRecipients(0).getOriginalRecipient())
        .isEqualTo("rfc822;SRS0=x@emea.contoso.example");

    message.getEnvelopeBuilder().getRecipientsBuilder(0).setReturnsTo("bob@fabrikam.example");
    DeliveryRequested partner = decide(message.build()).getDeliveries(0);
    assertThat(partner.getConnector())
        .as("as all mail of the organization")
        .isEqualTo("To Fabrikam");
    assertThat(partner.getReversePath()).as("the null reverse-path stays").isEmpty();

    message.getEnvelopeBuilder().getRecipientsBuilder(0).setReturnsTo("ann@contoso.example");
    assertThat(decide(message.build()).getDeliveries(0).getNextHop().getRoute())
        .isEqualTo("mailbox:mailbox.contoso.example:2401");
  }
}
