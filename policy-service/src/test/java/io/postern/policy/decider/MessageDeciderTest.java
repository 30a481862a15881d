package io.postern.policy.decider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import io.postern.contracts.AcceptedContent;
import io.postern.contracts.QueueId;
import io.postern.contracts.Reasons;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.ContentReference;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.contracts.v1.TlsVersion;
import io.postern.policy.LogLab;
import io.postern.rules.Directory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class MessageDeciderTest {
  private static final Directory DIRECTORY = LogLab.directory(LogLab.FILE);
  private static final QueueId QUEUE_ID = QueueId.of(2, 900, 4711);
  private static final ConsumerRecord<String, byte[]> ACCEPTED =
      new ConsumerRecord<>(
          Topics.MAIL_ACCEPTED,
          2,
          42,
          1000,
          TimestampType.LOG_APPEND_TIME,
          0,
          0,
          QUEUE_ID.value(),
          new byte[0],
          new RecordHeaders(),
          Optional.empty());

  private static final String REPORTING_CONNECTOR =
      LogLab.FILE.replace(
          "    tlsDomain: mail.fabrikam.example",
          "    tlsDomain: mail.fabrikam.example\n    mode: reportOnly");

  private final MessageDecider decider =
      new MessageDecider(new DecisionOutcomes(), Optional::empty);

  private Decision.Builder decide(MessageAccepted message) {
    return decider.decide(DIRECTORY, DecisionInput.first(QUEUE_ID, message, ACCEPTED));
  }

  private static DecisionInput later(MessageAccepted message, AttemptDue.Builder due) {
    return DecisionInput.later(QUEUE_ID, message, ACCEPTED, due.setAttempt(3).build());
  }

  /** The requirement of the first attempt to fabrikam.example, by the connector of that name. */
  private static AttemptDue.Builder promised(String connector) {
    return AttemptDue.newBuilder()
        .addRecipients(0)
        .setConnector(connector)
        .setRequirement(
            TlsRequirement.newBuilder()
                .setLevel(TlsLevel.DOMAIN_VALIDATION)
                .setTlsDomain("mail.fabrikam.example")
                .setRevocation(RevocationMode.REVOCATION_REQUIRED)
                .setMinimumVersion(TlsVersion.TLS_1_2));
  }

  private static final String WITHOUT_CONNECTOR =
      LogLab.FILE.substring(0, LogLab.FILE.indexOf("  outboundConnectors:"));
  private static final String CHANGED_CONNECTOR =
      LogLab.FILE
          .replace("tlsSettings: domainValidation", "tlsSettings: encryptionOnly")
          .replaceAll("    tlsDomain: .*\\n", "");

  /** Its broker's clock was set back for a moment: it would expire at its first failure. */
  @Test
  void aMessageThatIsStampedTooEarlyExpiresByItsQueueId() {
    long created = Duration.ofDays(10).toMillis();
    QueueId id = QueueId.of(2, created, 4711);
    MessageAccepted message = Messages.to(id, "bob@fabrikam.example");

    Decision.Builder decision =
        decider.decide(DIRECTORY, DecisionInput.first(id, message, ACCEPTED));

    assertThat(decision.getDeliveries(0).getExpiresMillis())
        .isEqualTo(created + Duration.ofDays(2).toMillis());
  }

  @Test
  void rfc8689_5_aDsnWithRequireTlsNeedsAGoodCertificateOnItsWay() {
    MessageAccepted.Builder dsn = Messages.to(QUEUE_ID, "ann@elsewhere.example").toBuilder();
    dsn.getEnvelopeBuilder().setReversePath("").setRequireTls(RequireTls.REQUIRE_TLS_YES);
    DeliveryRequested delivery = decide(dsn.build()).getDeliveriesList().getFirst();
    assertThat(delivery.getEnvelope().getRequireTls()).isEqualTo(RequireTls.REQUIRE_TLS_YES);
    assertThat(delivery.getRequirement().getRequireTls()).isEqualTo(RequireTls.REQUIRE_TLS_YES);
    assertThat(delivery.getRequirement().getLevel()).isEqualTo(TlsLevel.CERTIFICATE_VALIDATION);
  }

  @Test
  void rfc6531_3_2_anInternationalizedDomainIsLookedUpByItsALabels() {
    MessageAccepted.Builder message =
        Messages.to(QUEUE_ID, "grå@Blå.example", "ann@xn--bl-zia.example").toBuilder();
    message.getEnvelopeBuilder().setSmtputf8(true);
    DeliveryRequested delivery = decide(message.build()).getDeliveriesList().getFirst();
    assertThat(delivery.getNextHop().getMxDomain()).isEqualTo("xn--bl-zia.example");
    assertThat(delivery.getRecipientsCount()).as("one domain").isEqualTo(2);
    assertThat(delivery.getEnvelope().getRecipients(0).getAddress()).isEqualTo("grå@Blå.example");
  }

  @Test
  void G3_aRemovedConnectorHoldsWhatItWasPromised() {
    MessageAccepted message = Messages.to(QUEUE_ID, "bob@fabrikam.example");
    Decision.Builder decision =
        decider.decide(
            LogLab.directory(WITHOUT_CONNECTOR), later(message, promised("To Fabrikam")));

    assertThat(decision.getDeliveriesList()).isEmpty();
    OutcomeRecorded held = decision.getOutcomesList().getFirst();
    assertThat(held.getRecipientsList())
        .extracting(RecipientOutcome::getKind, RecipientOutcome::getReason)
        .containsExactly(tuple(OutcomeKind.HELD, Reasons.CONNECTOR_REMOVED));
    assertThat(held.getRecipients(0).getDetail()).contains("To Fabrikam").contains("level");
    assertThat(held.getAcceptedOffset()).isEqualTo(42);
    assertThat(held.getAcceptedMillis()).isEqualTo(1000);
    assertThat(held.getExpiresMillis()).isEqualTo(1000 + Duration.ofDays(2).toMillis());
    assertThat(held.getConnector()).isEqualTo("To Fabrikam");
    assertThat(held.getRequirement().getLevel()).isEqualTo(TlsLevel.DOMAIN_VALIDATION);
  }

  /** Its promise was made while it was enforced: to report only lets go of it as to be off does. */
  @Test
  void G3_aConnectorThatOnlyReportsNowHoldsWhatItPromised() {
    MessageAccepted message = Messages.to(QUEUE_ID, "bob@fabrikam.example");
    Decision.Builder decision =
        decider.decide(
            LogLab.directory(REPORTING_CONNECTOR), later(message, promised("To Fabrikam")));

    assertThat(decision.getDeliveriesList()).isEmpty();
    assertThat(decision.getOutcomesList().getFirst().getRecipientsList())
        .extracting(RecipientOutcome::getKind, RecipientOutcome::getReason)
        .containsExactly(tuple(OutcomeKind.HELD, Reasons.CONNECTOR_REMOVED));
  }

  private static final String SCOPED =
      LogLab.FILE.replace(
          "tlsSettings: domainValidation",
          "isTransportRuleScoped: true\n    tlsSettings: domainValidation");
  private static final String RULE =
      SCOPED
          + """
            routingRules:
            - { name: Encrypt, recipients: [fabrikam.example], outboundConnector: To Fabrikam }
          """;

  @Test
  void aRoutingRuleGivesMailToItsConnectorAtEachAttempt() {
    MessageAccepted message = Messages.to(QUEUE_ID, "bob@fabrikam.example");
    for (DecisionInput attempt :
        List.of(
            DecisionInput.first(QUEUE_ID, message, ACCEPTED),
            later(message, promised("To Fabrikam")))) {
      assertThat(
              decider
                  .decide(LogLab.directory(RULE), attempt)
                  .getDeliveriesList()
                  .getFirst()
                  .getConnector())
          .isEqualTo("To Fabrikam");
    }
  }

  /** The connector stays, and takes no mail any more: the rule set the requirement. */
  @Test
  void G3_aRemovedOrReportingRuleHoldsWhatItWasPromised() {
    MessageAccepted message = Messages.to(QUEUE_ID, "bob@fabrikam.example");
    for (String file :
        List.of(SCOPED, RULE.replace("name: Encrypt,", "name: Encrypt, mode: reportOnly,"))) {
      Decision.Builder decision =
          decider.decide(LogLab.directory(file), later(message, promised("To Fabrikam")));
      assertThat(decision.getDeliveriesList()).isEmpty();
      assertThat(decision.getOutcomesList().getFirst().getRecipientsList())
          .extracting(RecipientOutcome::getKind, RecipientOutcome::getReason)
          .containsExactly(tuple(OutcomeKind.HELD, Reasons.CONNECTOR_REMOVED));
    }
  }

  /** A remote host wrote its header, and the direction is only that of the way on. */
  @Test
  void noRuleAppliesToMailForARewrittenSender() {
    MessageAccepted.Builder message = Messages.to(QUEUE_ID, "srs@contoso.example").toBuilder();
    message.getEnvelopeBuilder().getRecipientsBuilder(0).setReturnsTo("bob@fabrikam.example");
    assertThat(
            decider
                .decide(
                    LogLab.directory(RULE),
                    DecisionInput.first(QUEUE_ID, message.build(), ACCEPTED))
                .getDeliveriesList()
                .getFirst()
                .getConnector())
        .isEmpty();
  }

  @Test
  void G3_somebodyReleasedItAndItGoesAsTheDirectorySaysNow() {
    MessageAccepted message = Messages.to(QUEUE_ID, "bob@fabrikam.example");
    Decision.Builder decision =
        decider.decide(
            LogLab.directory(WITHOUT_CONNECTOR),
            later(message, promised("To Fabrikam").setHeldReason(Reasons.CONNECTOR_REMOVED)));

    assertThat(decision.getOutcomesList()).isEmpty();
    assertThat(decision.getDeliveriesList().getFirst().getRequirement().getLevel())
        .isEqualTo(TlsLevel.OPPORTUNISTIC);
  }

  @Test
  void G3_aReleaseFromAnotherHoldIsNoPermissionToGoWithoutTheConnector() {
    MessageAccepted message = Messages.to(QUEUE_ID, "bob@fabrikam.example");
    Decision.Builder decision =
        decider.decide(
            LogLab.directory(WITHOUT_CONNECTOR),
            later(message, promised("To Fabrikam").setHeldReason(Reasons.UNDECIDABLE)));

    assertThat(decision.getDeliveriesList()).isEmpty();
  }

  @Test
  void G3_aChangedConnectorIsItsAdministratorsWordAndAppliesAtTheNextAttempt() {
    MessageAccepted message = Messages.to(QUEUE_ID, "bob@fabrikam.example");
    Decision.Builder decision =
        decider.decide(
            LogLab.directory(CHANGED_CONNECTOR), later(message, promised("To Fabrikam")));

    assertThat(decision.getOutcomesList()).isEmpty();
    assertThat(decision.getDeliveriesList().getFirst().getRequirement().getLevel())
        .isEqualTo(TlsLevel.ENCRYPTION_ONLY);
  }

  private static final String BESIDE_TAILSPIN =
      LogLab.FILE
          + """
          - id: tailspin
            acceptedDomains:
            - domain: tailspin.example
              mailboxRoute: { host: mailbox.tailspin.example, tlsSettings: encryptionOnly }
          """;

  /** The record does not name the other organization's connector, which may be gone. */
  @Test
  void G3_mailToAnotherOrganizationIsHeldWhereItWasPromisedMore() {
    MessageAccepted message = Messages.to(QUEUE_ID, "bob@tailspin.example");
    Decision.Builder decision =
        decider.decide(LogLab.directory(BESIDE_TAILSPIN), later(message, promised("")));

    assertThat(decision.getDeliveriesList()).isEmpty();
    assertThat(decision.getOutcomesList().getFirst().getRecipientsList())
        .extracting(RecipientOutcome::getKind, RecipientOutcome::getReason)
        .containsExactly(tuple(OutcomeKind.HELD, Reasons.CONNECTOR_REMOVED));
  }

  @Test
  void mailToAnotherOrganizationIsTriedAgainWhileItsRouteDemandsTheSame() {
    MessageAccepted message = Messages.to(QUEUE_ID, "bob@tailspin.example");
    Directory directory = LogLab.directory(BESIDE_TAILSPIN);
    TlsRequirement first =
        decider
            .decide(directory, DecisionInput.first(QUEUE_ID, message, ACCEPTED))
            .getDeliveries(0)
            .getRequirement();
    Decision.Builder decision =
        decider.decide(directory, later(message, promised("").setRequirement(first)));

    assertThat(decision.getOutcomesList()).isEmpty();
    assertThat(decision.getDeliveries(0).getRequirement()).isEqualTo(first);
  }

  @Test
  void G3_theRoutingOfTheRecipientsOrganizationIsAPartOfTheDecision() {
    Directory directory =
        Directory.of(
            LogLab.directory(BESIDE_TAILSPIN).objects(), 9, Map.of("contoso", 5L, "tailspin", 9L));
    MessageAccepted message = Messages.to(QUEUE_ID, "bob@tailspin.example", "ann@fabrikam.example");
    assertThat(
            decider
                .decide(directory, DecisionInput.first(QUEUE_ID, message, ACCEPTED))
                .getDeliveriesList())
        .extracting(
            delivery -> delivery.getEnvelope().getRecipients(0).getAddress(),
            DeliveryRequested::getRoutingVersion)
        .containsExactlyInAnyOrder(
            tuple("bob@tailspin.example", 9L), tuple("ann@fabrikam.example", 5L));
  }

  @Test
  void aHeldMessagesCopyIsWhereItsContentIs() {
    ContentSegment received =
        ContentSegment.newBuilder().setInline(ByteString.copyFromUtf8("Received: x")).build();
    MessageAccepted message =
        Messages.to(QUEUE_ID, "bob@fabrikam.example").toBuilder()
            .clearContent()
            .addContent(received)
            .addContent(reference(Topics.MAIL_CONTENT))
            .build();
    ContentSegment copy = reference(Topics.MAIL_CONTENT_HELD);
    Decision.Builder decision =
        decider.decide(DIRECTORY, later(message, promised("To Fabrikam").addMovedContent(copy)));

    assertThat(decision.getDeliveriesList().getFirst().getContentList())
        .containsExactly(received, copy);
  }

  @Test
  void aSealedContentIsAReferenceToTheAcceptedRecord() {
    MessageAccepted message =
        Messages.to(QUEUE_ID, "bob@fabrikam.example").toBuilder()
            .addContent(
                ContentSegment.newBuilder().setReference(AcceptedContent.own(QUEUE_ID).setSize(9)))
            .build();
    ContentReference placed =
        AcceptedContent.own(QUEUE_ID)
            .setSize(9)
            .setFirstOffset(ACCEPTED.offset())
            .setLastOffset(ACCEPTED.offset())
            .build();

    assertThat(decide(message).getDeliveriesList().getFirst().getContentList().getLast())
        .isEqualTo(ContentSegment.newBuilder().setReference(placed).build());
  }

  private static ContentSegment reference(String topic) {
    return ContentSegment.newBuilder()
        .setReference(ContentReference.newBuilder().setTopic(topic))
        .build();
  }

  @Test
  void recipientsInDifferentDomainsTravelApartAndThoseOfOneHopTogether() {
    Decision.Builder decision =
        decide(
            Messages.to(
                QUEUE_ID, "bob@fabrikam.example", "carl@contoso.example", "dora@FABRIKAM.example"));

    assertThat(decision.getOutcomesList()).isEmpty();
    assertThat(decision.getDeliveriesList())
        .extracting(
            DeliveryRequested::getDeliveryId,
            DeliveryRequested::getGroup,
            DeliveryRequested::getRecipientsList,
            DeliveryRequested::getConnector)
        .containsExactly(
            tuple(QUEUE_ID + "/1/0", 0, List.of(0, 2), "To Fabrikam"),
            tuple(QUEUE_ID + "/1/1", 1, List.of(1), ""));
    DeliveryRequested partner = decision.getDeliveriesList().getFirst();
    assertThat(partner.getEnvelope().getRecipientsList())
        .extracting(EnvelopeRecipient::getAddress)
        .containsExactly("bob@fabrikam.example", "dora@FABRIKAM.example");
    assertThat(partner.getEnvelope().getReversePath()).isEqualTo("ann@contoso.example");
    assertThat(partner.getRequirement().getLevel()).isEqualTo(TlsLevel.DOMAIN_VALIDATION);
    assertThat(partner.getRequirement().getTlsDomain()).isEqualTo("mail.fabrikam.example");
    assertThat(partner.getNextHop().getSmartHosts(0).getPort()).isEqualTo(2525);
    assertThat(partner.getRoutingVersion()).isEqualTo(5);
    assertThat(partner.getDirectoryVersion()).isEqualTo(7);
    assertThat(partner.getAcceptedOffset()).isEqualTo(42);
    assertThat(partner.getExpiresMillis()).isEqualTo(1000 + Duration.ofDays(2).toMillis());
    assertThat(partner.getContentCount()).isEqualTo(1);
    assertThat(partner.getExplanation().getSummary()).isNotEmpty();
  }

  @Test
  void noMoreThanAHundredRecipientsTravelTogether() {
    String[] many =
        IntStream.range(0, 250).mapToObj(i -> "u" + i + "@fabrikam.example").toArray(String[]::new);

    Decision.Builder decision = decide(Messages.to(QUEUE_ID, many));

    assertThat(decision.getDeliveriesList())
        .extracting(DeliveryRequested::getGroup, DeliveryRequested::getRecipientsCount)
        .containsExactly(tuple(0, 100), tuple(1, 100), tuple(2, 50));
  }

  @Test
  void aLaterAttemptHasIdsThatNoOtherRecordOfTheAttemptHas() {
    MessageAccepted message =
        Messages.to(QUEUE_ID, "a@fabrikam.example", "b@contoso.example", "c@fabrikam.example");

    Decision.Builder one =
        decider.decide(DIRECTORY, later(message, AttemptDue.newBuilder().addRecipients(0)));
    Decision.Builder two =
        decider.decide(
            DIRECTORY, later(message, AttemptDue.newBuilder().addRecipients(1).addRecipients(2)));

    assertThat(Stream.concat(one.getDeliveriesList().stream(), two.getDeliveriesList().stream()))
        .extracting(DeliveryRequested::getDeliveryId)
        .containsExactly(QUEUE_ID + "/3/0", QUEUE_ID + "/3/1", QUEUE_ID + "/3/2");
  }

  @Test
  void aRecipientThatCannotBeReadIsHeldAloneAndAnAddressLiteralFails() {
    Decision.Builder decision =
        decide(Messages.to(QUEUE_ID, "no domain", "bob@fabrikam.example", "carl@[192.0.2.1]"));

    assertThat(decision.getDeliveriesList())
        .extracting(DeliveryRequested::getRecipientsList)
        .containsExactly(List.of(1));
    assertThat(decision.getOutcomesList())
        .singleElement()
        .satisfies(
            outcome ->
                assertThat(outcome.getRecipientsList())
                    .extracting(
                        RecipientOutcome::getRecipient,
                        RecipientOutcome::getKind,
                        RecipientOutcome::getReason)
                    .containsExactly(
                        tuple(0, OutcomeKind.HELD, Reasons.UNDECIDABLE),
                        tuple(2, OutcomeKind.FAILED, Reasons.NO_MAIL_HOST)));
  }

  @Test
  void eachRecipientIsInExactlyOneDeliveryOrOutcome() {
    Random random = new Random(7);
    String[] domains = {
      "fabrikam.example",
      "contoso.example",
      "emea.contoso.example",
      "else.example",
      "[192.0.2.1]",
      "x..y"
    };
    for (int i = 0; i < 300; i++) {
      int count = 1 + random.nextInt(230);
      String[] recipients =
          IntStream.range(0, count)
              .mapToObj(r -> "u@" + domains[random.nextInt(domains.length)])
              .toArray(String[]::new);

      Decision.Builder decision = decide(Messages.to(QUEUE_ID, recipients));

      assertThat(
              Stream.concat(
                  decision.getDeliveriesList().stream()
                      .flatMap(d -> d.getRecipientsList().stream()),
                  decision.getOutcomesList().stream()
                      .flatMap(o -> o.getRecipientsList().stream())
                      .map(RecipientOutcome::getRecipient)))
          .containsExactlyInAnyOrderElementsOf(IntStream.range(0, count).boxed().toList());
      assertThat(decision.getDeliveriesList())
          .allSatisfy(
              d -> {
                assertThat(d.getRecipientsCount()).isBetween(1, MessageDecider.MOST_RECIPIENTS);
                assertThat(d.getEnvelope().getRecipientsCount()).isEqualTo(d.getRecipientsCount());
              })
          .extracting(DeliveryRequested::getDeliveryId)
          .doesNotHaveDuplicates();
    }
  }
}
