package io.postern.delivery.recipients;

import io.postern.contracts.Texts;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientAnswer;
import io.postern.contracts.v1.RecipientExistence;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.RecipientValidation;
import io.postern.contracts.v1.RemoteReply;
import io.postern.delivery.position.Deliverer;
import io.postern.delivery.position.DeliveryTask;
import io.postern.delivery.position.Ownership;
import io.postern.rules.Directory;
import io.postern.rules.OutboundMail;
import io.postern.rules.outbound.OutboundDecision;
import io.postern.rules.outbound.OutboundRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The question to the host that has the mailboxes of a domain: the one to which a delivery of mail
 * from outside would go now, by the same rules, with the same TLS requirement, since an address
 * must not go where the mail itself may not. Any thread; it blocks, bounded by the time-outs.
 */
final class RecipientProbe {
  private static final int MOST_TEXT = 100;
  private static final int MOST_DETAIL = 256;

  private final Supplier<Optional<Directory>> directory;
  private final Deliverer relay;
  private final Ownership ownership;

  /**
   * @param relay that asks only (HopTools)
   * @param ownership not held: nothing more is asked, the service stops
   */
  RecipientProbe(Supplier<Optional<Directory>> directory, Deliverer relay, Ownership ownership) {
    this.directory = directory;
    this.relay = relay;
    this.ownership = ownership;
  }

  /** One answer for each address, in their order. */
  List<RecipientAnswer> ask(String domain, List<String> addresses) throws InterruptedException {
    Optional<Directory> current = directory.get();
    if (current.isEmpty()) {
      return unknown(domain, addresses, -1, "the directory cannot be read now");
    }
    Optional<AcceptedDomain> accepted = current.get().acceptedDomain(domain);
    if (accepted.isEmpty()
        || accepted.get().getRecipientValidation()
            != RecipientValidation.RECIPIENT_VALIDATION_MAILBOX_ROUTE) {
      return unknown(domain, addresses, -1, domain + " has no recipientValidation: mailboxRoute");
    }
    String organization = accepted.get().getOrganization();
    long version = current.get().routingVersion(organization);
    return switch (OutboundRules.decide(
        current.get(), OutboundMail.to(organization, Direction.INCOMING, domain).withoutRules())) {
      case OutboundDecision.Deliver decision ->
          ask(domain, addresses, request(organization, version, decision, addresses));
      case OutboundDecision.Hold(String reason, var explanation) ->
          unknown(domain, addresses, version, reason + ": " + explanation.getSummary());
      case OutboundDecision.Fail failure ->
          unknown(domain, addresses, version, failure.reason() + ": " + failure.text());
    };
  }

  private static DeliveryRequested request(
      String organization,
      long version,
      OutboundDecision.Deliver decision,
      List<String> addresses) {
    Envelope.Builder envelope = Envelope.newBuilder();
    DeliveryRequested.Builder request =
        DeliveryRequested.newBuilder()
            .setDeliveryId("recipients")
            .setAttempt(1)
            .setOrganization(organization)
            .setConnector(decision.connector())
            .setNextHop(decision.nextHop())
            .setRequirement(decision.requirement())
            .setRoutingVersion(version);
    for (int i = 0; i < addresses.size(); i++) {
      envelope.addRecipients(EnvelopeRecipient.newBuilder().setAddress(addresses.get(i)));
      request.addRecipients(i);
    }
    return request.setEnvelope(envelope).build();
  }

  private List<RecipientAnswer> ask(
      String domain, List<String> addresses, DeliveryRequested request)
      throws InterruptedException {
    OutcomeRecorded.Builder outcome =
        relay.deliver(new DeliveryTask(request, System.currentTimeMillis()), ownership);
    if (outcome == null) {
      return unknown(
          domain, addresses, request.getRoutingVersion(), "delivery-service is stopping");
    }
    List<RecipientAnswer> answers = new ArrayList<>(addresses.size());
    for (RecipientOutcome recipient : outcome.getRecipientsList()) {
      answers.add(
          answer(
              domain,
              addresses.get(recipient.getRecipient()),
              request.getRoutingVersion(),
              recipient));
    }
    return answers;
  }

  private static RecipientAnswer answer(
      String domain, String address, long version, RecipientOutcome outcome) {
    boolean ofHost = outcome.getReply().getCommand().equals("RCPT");
    RecipientExistence existence =
        outcome.getKind() == OutcomeKind.DELIVERED && ofHost
            ? RecipientExistence.RECIPIENT_EXISTS
            : outcome.getKind() == OutcomeKind.FAILED && ofHost
                ? RecipientExistence.RECIPIENT_MISSING
                : RecipientExistence.RECIPIENT_UNKNOWN;
    RecipientAnswer.Builder answer =
        RecipientAnswer.newBuilder()
            .setAddress(address)
            .setDomain(domain)
            .setExistence(existence)
            .setRoutingVersion(version);
    if (existence == RecipientExistence.RECIPIENT_UNKNOWN) {
      answer.setDetail(Texts.cut(outcome.getReason() + ": " + outcome.getDetail(), MOST_DETAIL));
    }
    if (existence != RecipientExistence.RECIPIENT_EXISTS && outcome.hasReply()) {
      RemoteReply reply = outcome.getReply();
      answer.setReply(reply.toBuilder().setText(Texts.cut(reply.getText(), MOST_TEXT)));
    }
    return answer.build();
  }

  private static List<RecipientAnswer> unknown(
      String domain, List<String> addresses, long version, String why) {
    return addresses.stream()
        .map(
            address ->
                RecipientAnswer.newBuilder()
                    .setAddress(address)
                    .setDomain(domain)
                    .setExistence(RecipientExistence.RECIPIENT_UNKNOWN)
                    .setRoutingVersion(version)
                    .setDetail(Texts.cut(why, MOST_DETAIL))
                    .build())
        .toList();
  }
}
