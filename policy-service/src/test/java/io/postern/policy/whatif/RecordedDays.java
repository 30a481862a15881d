package io.postern.policy.whatif;

import io.postern.contracts.QueueId;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.RefusedVariant;
import io.postern.contracts.v1.SessionFacts;

/** Records of mail as ingress makes them, as short as tests want them. */
final class RecordedDays {
  private RecordedDays() {}

  static MessageAccepted incoming(String ip, boolean tls, String from, String to) {
    return MessageAccepted.newBuilder()
        .setQueueId(QueueId.next(0).value())
        .setEnvelope(
            Envelope.newBuilder()
                .setReversePath(from)
                .addRecipients(EnvelopeRecipient.newBuilder().setAddress(to)))
        .addGroups(
            RecipientGroup.newBuilder()
                .addRecipients(0)
                .setOrganization("contoso")
                .setDirection(Direction.INCOMING))
        .setSession(SessionFacts.newBuilder().setClientIp(ip).setTls(tls))
        .setAcceptedMillis(System.currentTimeMillis())
        .build();
  }

  static MessageAccepted originating(String ip, String from, String to) {
    MessageAccepted message = incoming(ip, true, from, to);
    return message.toBuilder()
        .setGroups(
            0,
            message.getGroups(0).toBuilder()
                .setDirection(Direction.ORIGINATING)
                .setConnector("Own server")
                .setByAddress(ip))
        .build();
  }

  static MessageRefused refused(String ip, boolean tls, String from, String to) {
    return MessageRefused.newBuilder()
        .setSession(SessionFacts.newBuilder().setClientIp(ip).setTls(tls))
        .setReversePath(from)
        .setRecipient(to)
        .setCode(550)
        .setRule("requireTls")
        .setOrganization("contoso")
        .setReference("0Z7K-31QF")
        .setCount(1)
        .build();
  }

  /** Further ones, of which {@code apart} are kept apart. */
  static MessageRefused further(
      String ip, String senderDomain, String recipientDomain, long count, long apart) {
    return MessageRefused.newBuilder()
        .setSession(SessionFacts.newBuilder().setClientIp(ip))
        .setCode(550)
        .setRule("requireTls")
        .setOrganization("contoso")
        .setReference("0Z7K-31QF")
        .setCount(count)
        .setFromMillis(1)
        .addVariants(
            RefusedVariant.newBuilder()
                .setSenderDomain(senderDomain)
                .setRecipientDomain(recipientDomain)
                .setCount(apart))
        .build();
  }
}
