package io.postern.policy.decider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.OrganizationFields;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.policy.LogLab;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who gets a message's organization fields, in how many bytes, and who sees the own server. */
class OrganizationHeaderTest {
  private static final QueueId QUEUE_ID = QueueId.next(2);
  private static final String CENTRAL =
      LogLab.FILE
          + """
            - name: Central
              connectorType: onPremises
              smartHosts: [mail.contoso.example]
              cloudServicesMailEnabled: true
              routeAllMessagesViaOnPremises: true
          """;

  private static List<DeliveryRequested> decide(String file, MessageAccepted message) {
    return new MessageDecider(new DecisionOutcomes(), Optional::empty)
        .decide(
            LogLab.directory(file),
            DecisionInput.first(
                QUEUE_ID,
                message,
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
                    Optional.empty())))
        .getDeliveriesList();
  }

  private static MessageAccepted.Builder withFields(String... recipients) {
    MessageAccepted.Builder message = Messages.to(QUEUE_ID, recipients).toBuilder().setSize(1000);
    message.getHeaderFirewallBuilder().setOrganization(3).setOrganizationBytes(120);
    return message;
  }

  @Test
  void eachNextHopGetsTheFieldsInItsWayAndTheSizeIsThatOfWhatIsSent() {
    String[] recipients = {"a@contoso.example", "b@fabrikam.example", "c@outside.example"};
    assertThat(decide(LogLab.FILE, withFields(recipients).build()))
        .extracting(
            DeliveryRequested::getRecipientsList,
            d -> d.getNextHop().getOrganizationFields(),
            DeliveryRequested::getSize)
        .containsExactlyInAnyOrder(
            tuple(List.of(0), OrganizationFields.ORGANIZATION_FIELDS_UNSPECIFIED, 1000L),
            tuple(List.of(1), OrganizationFields.ORGANIZATION_FIELDS_REMOVED, 880L),
            tuple(List.of(2), OrganizationFields.ORGANIZATION_FIELDS_REMOVED, 880L));
    assertThat(decide(CENTRAL, withFields(recipients).build()))
        .extracting(
            d -> d.getConnector(),
            d -> d.getNextHop().getOrganizationFields(),
            DeliveryRequested::getSize)
        .containsExactlyInAnyOrder(
            tuple("", OrganizationFields.ORGANIZATION_FIELDS_UNSPECIFIED, 1000L),
            tuple("Central", OrganizationFields.ORGANIZATION_FIELDS_CROSS_PREMISES, 1003L));
  }

  /** Nothing of a message that has no such field is looked at again. */
  @Test
  void aMessageWithoutFieldsGoesAsItCame() {
    assertThat(decide(CENTRAL, Messages.to(QUEUE_ID, "c@outside.example")))
        .singleElement()
        .satisfies(
            d -> {
              assertThat(d.getNextHop().getOrganizationFields())
                  .isEqualTo(OrganizationFields.ORGANIZATION_FIELDS_UNSPECIFIED);
              assertThat(d.getSize()).isEqualTo(11);
            });
  }

  /** The certificate alone tells the pass of the own server from mail that has to go there. */
  @ParameterizedTest(name = "{0}, {1}, {2}, {3}: {4}")
  @CsvSource({
    "ORIGINATING, Own, '', good, ''",
    "ORIGINATING, Own, 192.0.2.0/24, '', Central",
    "ORIGINATING, '', '', '', Central", // a DSN, a report
    "ORIGINATING, Own, '', '', Central", // a record that says less
  })
  void mailOfTheOwnServerByCertificateGoesOnAndAllOtherToTheOwnServer(
      Direction direction, String connector, String byAddress, String verdict, String expected) {
    RecipientGroup group =
        RecipientGroup.newBuilder()
            .setOrganization("contoso")
            .setDirection(direction)
            .setConnector(connector)
            .setByAddress(byAddress)
            .setVerdict(verdict)
            .setVerdictKey(ByteString.copyFromUtf8("key"))
            .addRecipients(0)
            .build();
    MessageAccepted.Builder message = Messages.to(QUEUE_ID, "c@outside.example").toBuilder();
    assertThat(decide(CENTRAL, message.setGroups(0, group).build()))
        .extracting(DeliveryRequested::getConnector)
        .containsExactly(expected);
  }
}
