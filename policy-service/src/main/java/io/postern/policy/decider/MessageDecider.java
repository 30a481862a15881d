package io.postern.policy.decider;

import io.postern.contracts.DeliveryId;
import io.postern.contracts.Reasons;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.ExplanationStep;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.ReportedRequirement;
import io.postern.policy.decider.ReversePaths.ReversePath;
import io.postern.rules.Directory;
import io.postern.rules.OutboundMail;
import io.postern.rules.RecordedHeader;
import io.postern.rules.again.ReportedRequirements;
import io.postern.rules.outbound.OutboundDecision;
import io.postern.rules.outbound.OutboundRules;
import io.postern.smtp.Address;
import io.postern.smtp.srs.SenderRewriting;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The decisions about one attempt's recipients: connector, next hop and TLS requirement of each
 * (docs/design/architecture.md, "Message flow"). Recipients with the same organization, direction,
 * connector, next hop, requirement and reverse path travel together, at most 100 a delivery (the
 * least that any server must take, RFC 5321 §4.5.3.1.8). A pure function of message and directory,
 * but for ids and the clock in outcomes. Any thread.
 *
 * <p>A recipient whose domain or group cannot be read is held on its own; any other fault of the
 * message is thrown.
 */
final class MessageDecider {
  static final int MOST_RECIPIENTS = 100;
  private static final int DEFAULT_EXPIRY_HOURS = 24;

  private final DecisionOutcomes outcomes;
  private final Supplier<Optional<SenderRewriting>> rewriting;

  /**
   * @param rewriting empty while there are no secrets: mail whose sender must be rewritten waits
   */
  MessageDecider(DecisionOutcomes outcomes, Supplier<Optional<SenderRewriting>> rewriting) {
    this.outcomes = outcomes;
    this.rewriting = rewriting;
  }

  /** The Decision without its place in the chain: each recipient is in one delivery or outcome. */
  Decision.Builder decide(Directory directory, DecisionInput attempt) {
    Map<DeliveryRequested, Together> together = new LinkedHashMap<>();
    Map<String, OutcomeRecorded.Builder> others = new LinkedHashMap<>();
    @Nullable RecipientGroup[] groups = groups(attempt.message());
    RecordedHeader header =
        new RecordedHeader(
            attempt.message().getHeaderBlock(), attempt.message().getHeaderBlockCut());
    ReversePaths reversePaths =
        new ReversePaths(
            directory,
            attempt.message().getEnvelope().getReversePath(),
            Instant.ofEpochMilli(attempt.acceptedAt()),
            rewriting.get());
    for (int recipient : attempt.recipients()) {
      RecipientGroup group = groups[recipient];
      Address address = address(attempt.message().getEnvelope(), recipient);
      String domain = address == null ? null : address.asciiDomain();
      String organization = group == null ? "" : group.getOrganization();
      if (group == null || address == null || domain == null) {
        other(others, directory, attempt, organization)
            .addRecipients(
                DecisionOutcomes.undecidable(
                    recipient, group == null ? "in no group" : "its domain cannot be read"));
        continue;
      }
      OutboundMail mail =
          OutboundRules.mail(
              attempt.message(),
              attempt.message().getEnvelope().getRecipients(recipient),
              group,
              address.localPart(),
              domain,
              header);
      switch (OutboundRules.decide(directory, mail)) {
        case OutboundDecision.Deliver deliver -> {
          String weaker = Weakening.of(directory, organization, domain, attempt.due(), deliver);
          if (weaker != null) {
            other(others, directory, attempt, organization)
                .addRecipients(DecisionOutcomes.held(recipient, Reasons.CONNECTOR_REMOVED, weaker));
            continue;
          }
          ReversePath reversePath = reversePaths.by(group, deliver.connector());
          if (reversePath.waits()) {
            other(others, directory, attempt, organization)
                .addRecipients(DecisionOutcomes.waits(recipient, reversePath));
            continue;
          }
          if (reversePath.never()) {
            other(others, directory, attempt, organization)
                .addRecipients(DecisionOutcomes.neverRewritten(recipient, reversePath));
            continue;
          }
          ReportedRequirement reported = ReportedRequirements.of(directory, mail);
          DeliveryRequested key = shared(attempt.message(), group, deliver, reversePath, reported);
          together
              .computeIfAbsent(
                  key,
                  k -> new Together(new ArrayList<>(), explanation(deliver, reversePath), reported))
              .recipients()
              .add(recipient);
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
        (key, all) -> {
          for (int from = 0; from < all.recipients().size(); from += MOST_RECIPIENTS) {
            List<Integer> some =
                all.recipients()
                    .subList(from, Math.min(from + MOST_RECIPIENTS, all.recipients().size()));
            // A later attempt covers some recipients only, and another record may cover others:
            // the first recipient's index is a number that no other group has.
            int number = attempt.number() == 1 ? deliveries.size() : some.getFirst();
            deliveries.add(
                delivery(
                    directory,
                    attempt,
                    number,
                    key,
                    new Together(some, all.explanation(), all.reported())));
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

  /**
   * Recipients that travel together.
   *
   * @param explanation the first one's
   * @param reported the first one's; null: no connector reports
   */
  private record Together(
      List<Integer> recipients, Explanation explanation, @Nullable ReportedRequirement reported) {}

  private DeliveryRequested delivery(
      Directory directory,
      DecisionInput attempt,
      int group,
      DeliveryRequested shared,
      Together together) {
    List<Integer> recipients = together.recipients();
    MessageAccepted message = attempt.message();
    Envelope.Builder envelope = message.getEnvelope().toBuilder().clearRecipients();
    recipients.forEach(r -> envelope.addRecipients(addressed(message.getEnvelope(), r)));
    DeliveryRequested.Builder delivery = shared.toBuilder();
    if (together.reported() != null) {
      delivery.setReported(together.reported());
    }
    return delivery
        .setDeliveryId(new DeliveryId(attempt.queueId(), attempt.number(), group).toString())
        .setQueueId(attempt.queueId().value())
        .setAttempt(attempt.number())
        .setGroup(group)
        .addAllRecipients(recipients)
        .setEnvelope(envelope)
        .setRoutingVersion(
            directory.routingVersion(
                shared.getOrganization(), domains(message.getEnvelope(), recipients)))
        .setDirectoryVersion(directory.version())
        .setExplanation(together.explanation())
        .addAllContent(attempt.content())
        .setSize(OrganizationHeader.size(message, shared.getNextHop().getOrganizationFields()))
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
    // The later one: a clock that was set back for a moment lets no message expire.
    long accepted = Math.max(attempt.acceptedAt(), attempt.queueId().createdMillis());
    return accepted + Duration.ofHours(hours == 0 ? DEFAULT_EXPIRY_HOURS : hours).toMillis();
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

  private static Set<String> domains(Envelope envelope, List<Integer> recipients) {
    return recipients.stream()
        .flatMap(recipient -> Stream.ofNullable(address(envelope, recipient)))
        .map(Address::asciiDomain)
        .collect(Collectors.toSet());
  }

  private static @Nullable Address address(Envelope envelope, int recipient) {
    try {
      return Address.parse(addressed(envelope, recipient).getAddress());
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** With the address that the mail goes to: behind a rewritten one the sender's. */
  private static EnvelopeRecipient addressed(Envelope envelope, int recipient) {
    EnvelopeRecipient given = envelope.getRecipients(recipient);
    return given.getReturnsTo().isEmpty()
        ? given
        : given.toBuilder().setAddress(given.getReturnsTo()).clearReturnsTo().build();
  }

  private static Explanation explanation(
      OutboundDecision.Deliver deliver, ReversePath reversePath) {
    ExplanationStep step = reversePath.step();
    return step == null
        ? deliver.explanation()
        : deliver.explanation().toBuilder().addSteps(step).build();
  }

  /** The part of a delivery that its recipients share. */
  private static DeliveryRequested shared(
      MessageAccepted message,
      RecipientGroup group,
      OutboundDecision.Deliver deliver,
      ReversePath reversePath,
      @Nullable ReportedRequirement reported) {
    DeliveryRequested.Builder shared =
        DeliveryRequested.newBuilder()
            .setOrganization(group.getOrganization())
            .setDirection(group.getDirection())
            .setConnector(deliver.connector())
            .setNextHop(
                OrganizationHeader.of(message, deliver.nextHop(), deliver.organizationFields()))
            .setRequirement(deliver.requirement())
            .setReversePath(reversePath.rewritten());
    if (reported != null) {
      // Its explanation names the recipient's domain, and must not part what travels together.
      shared.setReported(reported.toBuilder().clearExplanation());
    }
    return shared.build();
  }
}
