package io.postern.policy.decider;

import io.postern.contracts.DeliveryId;
import io.postern.contracts.Reasons;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientGroup;
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
 * The decisions about one attempt's recipients: connector, next hop and TLS requirement of each
 * (docs/design/architecture.md, "The way of a message"). Recipients with the same organization,
 * direction, connector, next hop and requirement travel together, at most 100 a delivery (the least
 * that any server must take, RFC 5321 §4.5.3.1.8). A pure function of message and directory, but
 * for ids and the clock in outcomes. Any thread.
 *
 * <p>A recipient whose domain or group cannot be read is held on its own; any other fault of the
 * message is thrown.
 */
final class MessageDecider {
  static final int MOST_RECIPIENTS = 100;
  private static final int DEFAULT_EXPIRY_HOURS = 24;

  private final DecisionOutcomes outcomes;

  MessageDecider(DecisionOutcomes outcomes) {
    this.outcomes = outcomes;
  }

  /** The Decision without its place in the chain: each recipient is in one delivery or outcome. */
  Decision.Builder decide(Directory directory, DecisionInput attempt) {
    Map<DeliveryRequested, List<Integer>> together = new LinkedHashMap<>();
    Map<DeliveryRequested, Explanation> explanations = new LinkedHashMap<>();
    Map<String, OutcomeRecorded.Builder> others = new LinkedHashMap<>();
    @Nullable RecipientGroup[] groups = groups(attempt.message());
    for (int recipient : attempt.recipients()) {
      RecipientGroup group = groups[recipient];
      String domain = domain(attempt.message().getEnvelope(), recipient);
      String organization = group == null ? "" : group.getOrganization();
      if (group == null || domain == null) {
        other(others, directory, attempt, organization)
            .addRecipients(
                DecisionOutcomes.undecidable(
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
                .addRecipients(DecisionOutcomes.held(recipient, Reasons.CONNECTOR_REMOVED, weaker));
            continue;
          }
          DeliveryRequested key = shared(group, deliver);
          together.computeIfAbsent(key, k -> new ArrayList<>()).add(recipient);
          explanations.putIfAbsent(key, deliver.explanation());
        }
        case OutboundDecision.Hold hold ->
            other(others, directory, attempt, organization)
                .addRecipients(
                    DecisionOutcomes.held(
                        recipient, hold.reason(), hold.explanation().getSummary()));
        case OutboundDecision.Fail fail ->
            other(others, directory, attempt, organization)
                .addRecipients(DecisionOutcomes.failed(recipient, fail));
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
    Decision.Builder decision =
        Decision.newBuilder()
            .setQueueId(attempt.queueId().value())
            .setAttempt(attempt.number())
            .addAllDeliveries(deliveries);
    others.values().forEach(decision::addOutcomes);
    return decision;
  }

  private DeliveryRequested delivery(
      Directory directory,
      DecisionInput attempt,
      int group,
      DeliveryRequested shared,
      List<Integer> recipients,
      Explanation explanation) {
    MessageAccepted message = attempt.message();
    Envelope.Builder envelope = message.getEnvelope().toBuilder().clearRecipients();
    recipients.forEach(r -> envelope.addRecipients(message.getEnvelope().getRecipients(r)));
    return shared.toBuilder()
        .setDeliveryId(new DeliveryId(attempt.queueId(), attempt.number(), group).toString())
        .setQueueId(attempt.queueId().value())
        .setAttempt(attempt.number())
        .setGroup(group)
        .addAllRecipients(recipients)
        .setEnvelope(envelope)
        .setRoutingVersion(directory.routingVersion(shared.getOrganization()))
        .setDirectoryVersion(directory.version())
        .setExplanation(explanation)
        .addAllContent(attempt.content())
        .setSize(message.getSize())
        .setAcceptedMillis(attempt.acceptedAt())
        .setAcceptedOffset(attempt.acceptedOffset())
        .setExpiresMillis(expires(directory, attempt, shared.getOrganization()))
        .build();
  }

  private OutcomeRecorded.Builder other(
      Map<String, OutcomeRecorded.Builder> others,
      Directory directory,
      DecisionInput attempt,
      String organization) {
    return others.computeIfAbsent(
        organization,
        o ->
            outcomes
                .of(attempt.queueId().value(), attempt.number(), o)
                .setAcceptedOffset(attempt.acceptedOffset())
                .setAcceptedMillis(attempt.acceptedAt())
                .setExpiresMillis(expires(directory, attempt, o))
                // A recipient that is held keeps the requirement of its last attempt.
                .setConnector(attempt.due().getConnector())
                .setRequirement(attempt.due().getRequirement()));
  }

  private static long expires(Directory directory, DecisionInput attempt, String organization) {
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

  /** The part of a delivery that its recipients share. */
  private static DeliveryRequested shared(RecipientGroup group, OutboundDecision.Deliver deliver) {
    return DeliveryRequested.newBuilder()
        .setOrganization(group.getOrganization())
        .setDirection(group.getDirection())
        .setConnector(deliver.connector())
        .setNextHop(deliver.nextHop())
        .setRequirement(deliver.requirement())
        .build();
  }
}
