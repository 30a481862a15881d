package io.postern.policy.decider;

import io.postern.contracts.DeliveryId;
import io.postern.contracts.Reasons;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.rules.Directory;
import io.postern.rules.OutboundDecision;
import io.postern.rules.OutboundRules;
import io.postern.smtp.Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns an attempt into deliveries: which connector, which next hop and which TLS requirement for
 * whom (docs/design/architecture.md, "The way of a message"). Recipients with the same
 * organization, direction, connector, next hop and requirement travel together, at most 100 a
 * delivery (the least that any server must take, RFC 5321 §4.5.3.1.8). A pure function of message
 * and directory, but for ids and the clock in outcomes. Any thread.
 *
 * <p>A recipient whose domain or group cannot be read is held on its own; anything else that is
 * wrong with the message is thrown.
 */
final class MessageDecider {
  static final int MOST_RECIPIENTS = 100;
  private static final int DEFAULT_EXPIRY_HOURS = 24;

  private final Outcomes outcomes;

  MessageDecider(Outcomes outcomes) {
    this.outcomes = outcomes;
  }

  Decided decide(Directory directory, Attempt attempt) {
    Map<Together, List<Integer>> together = new LinkedHashMap<>();
    Map<Together, Explanation> explanations = new LinkedHashMap<>();
    Map<String, OutcomeRecorded.Builder> others = new LinkedHashMap<>();
    @Nullable RecipientGroup[] groups = groups(attempt.message());
    for (int recipient : attempt.recipients()) {
      RecipientGroup group = groups[recipient];
      String domain = domain(attempt.message().getEnvelope(), recipient);
      String organization = group == null ? "" : group.getOrganization();
      if (group == null || domain == null) {
        other(others, directory, attempt, organization)
            .addRecipients(
                Outcomes.undecidable(
                    recipient, group == null ? "in no group" : "its domain cannot be read"));
        continue;
      }
      switch (OutboundRules.decide(
          directory,
          organization,
          group.getDirection(),
          domain,
          attempt.message().getEnvelope().getRequireTls())) {
        case OutboundDecision.Deliver deliver -> {
          String weaker = Weakening.of(directory, organization, domain, attempt.due(), deliver);
          if (weaker != null) {
            other(others, directory, attempt, organization)
                .addRecipients(Outcomes.held(recipient, Reasons.CONNECTOR_REMOVED, weaker));
            continue;
          }
          Together key = Together.of(group, deliver);
          together.computeIfAbsent(key, k -> new ArrayList<>()).add(recipient);
          explanations.putIfAbsent(key, deliver.explanation());
        }
        case OutboundDecision.Hold hold ->
            other(others, directory, attempt, organization)
                .addRecipients(
                    Outcomes.held(recipient, hold.reason(), hold.explanation().getSummary()));
        case OutboundDecision.Fail fail ->
            other(others, directory, attempt, organization)
                .addRecipients(Outcomes.failed(recipient, fail));
      }
    }
    List<DeliveryRequested> deliveries = new ArrayList<>();
    together.forEach(
        (key, recipients) -> {
          for (int from = 0; from < recipients.size(); from += MOST_RECIPIENTS) {
            List<Integer> some =
                recipients.subList(from, Math.min(from + MOST_RECIPIENTS, recipients.size()));
            // A later attempt covers some recipients only, and another record may cover others:
            // the first recipient's index is a number that no other group has.
            int number = attempt.number() == 1 ? deliveries.size() : some.getFirst();
            deliveries.add(
                delivery(
                    directory,
                    attempt,
                    number,
                    key,
                    some,
                    explanations.getOrDefault(key, Explanation.getDefaultInstance())));
          }
        });
    return new Decided(
        deliveries, others.values().stream().map(OutcomeRecorded.Builder::build).toList());
  }

  private DeliveryRequested delivery(
      Directory directory,
      Attempt attempt,
      int group,
      Together key,
      List<Integer> recipients,
      Explanation explanation) {
    MessageAccepted message = attempt.message();
    Envelope.Builder envelope = message.getEnvelope().toBuilder().clearRecipients();
    recipients.forEach(r -> envelope.addRecipients(message.getEnvelope().getRecipients(r)));
    return DeliveryRequested.newBuilder()
        .setDeliveryId(new DeliveryId(attempt.queueId(), attempt.number(), group).toString())
        .setQueueId(attempt.queueId().value())
        .setAttempt(attempt.number())
        .setGroup(group)
        .addAllRecipients(recipients)
        .setEnvelope(envelope)
        .setOrganization(key.organization())
        .setConnector(key.connector())
        .setNextHop(key.nextHop())
        .setRequirement(key.requirement())
        .setRoutingVersion(directory.routingVersion(key.organization()))
        .setDirectoryVersion(directory.version())
        .setExplanation(explanation)
        .addAllContent(attempt.content())
        .setSize(message.getSize())
        .setAcceptedMillis(attempt.acceptedAt())
        .setAcceptedOffset(attempt.acceptedOffset())
        .setDirection(key.direction())
        .setExpiresMillis(expires(directory, attempt, key.organization()))
        .build();
  }

  private OutcomeRecorded.Builder other(
      Map<String, OutcomeRecorded.Builder> others,
      Directory directory,
      Attempt attempt,
      String organization) {
    return others.computeIfAbsent(
        organization,
        o ->
            outcomes
                .of(attempt.queueId().value(), attempt.number(), o)
                .setAcceptedOffset(attempt.acceptedOffset())
                .setAcceptedMillis(attempt.acceptedAt())
                .setExpiresMillis(expires(directory, attempt, o))
                // What is held today goes on tomorrow from what it was promised.
                .setConnector(attempt.due().getConnector())
                .setRequirement(attempt.due().getRequirement()));
  }

  private static long expires(Directory directory, Attempt attempt, String organization) {
    int hours = directory.organization(organization).map(o -> o.getExpiryHours()).orElse(0);
    return attempt.acceptedAt()
        + Duration.ofHours(hours == 0 ? DEFAULT_EXPIRY_HOURS : hours).toMillis();
  }

  private static @Nullable RecipientGroup[] groups(MessageAccepted message) {
    @Nullable RecipientGroup[] groups =
        new RecipientGroup[message.getEnvelope().getRecipientsCount()];
    for (RecipientGroup group : message.getGroupsList()) {
      for (int recipient : group.getRecipientsList()) {
        if (recipient >= 0 && recipient < groups.length) {
          groups[recipient] = group;
        }
      }
    }
    return groups;
  }

  private static @Nullable String domain(Envelope envelope, int recipient) {
    try {
      return Address.parse(envelope.getRecipients(recipient).getAddress()).asciiDomain();
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** What recipients must share to travel together. */
  private record Together(
      String organization,
      Direction direction,
      String connector,
      NextHop nextHop,
      TlsRequirement requirement) {

    static Together of(RecipientGroup group, OutboundDecision.Deliver deliver) {
      return new Together(
          group.getOrganization(),
          group.getDirection(),
          deliver.connector(),
          deliver.nextHop(),
          deliver.requirement());
    }
  }
}
