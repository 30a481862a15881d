package io.postern.policy.explain;

import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.contracts.QueueId;
import io.postern.contracts.RefusalReference;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.PresentedChain;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.names.DomainNames;
import io.postern.policy.AskedVerdicts;
import io.postern.policy.explain.ExplainAnswer.Decisions;
import io.postern.policy.explain.ExplainAnswer.Out;
import io.postern.policy.explain.ExplainAnswer.Recorded;
import io.postern.rules.Directory;
import io.postern.rules.again.RecordedFacts;
import io.postern.smtp.Address;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one request, with what the caller may see (G8). A wrong request is a {@link
 * ProblemException}. One thread.
 *
 * @param mine whether the caller reads an organization
 * @param verdicts whose patience begins when they are made
 */
record RequestedExplanation(
    Directory directory,
    Predicate<String> mine,
    ExplainRequest request,
    Supplier<AskedVerdicts> verdicts) {
  /**
   * A recipient that is asked about.
   *
   * @param then as recorded; null: facts by hand
   */
  private record Asked(Address address, @Nullable Decisions then) {}

  ExplainAnswer byHand() {
    GivenFacts given = GivenFacts.of(request);
    List<Asked> asked =
        given.recipients().stream().map(address -> new Asked(address, null)).toList();
    return given.assumedGood()
        ? answer(
            null,
            given.facts(),
            AskedVerdicts.assumedGood(),
            asked,
            "The chain of the certificate with these names is assumed to be valid.")
        : answer(null, given.facts(), verdicts.get(), asked);
  }

  ExplainAnswer ofMessage(RecordedMail mail) throws TimeoutException {
    QueueId id =
        parsed("/queueId", request.queueId(), QueueId::parse, "write it as in the reply 250");
    MessageAccepted message = mail.accepted(id);
    List<RecipientGroup> groups =
        message == null
            ? List.of()
            : message.getGroupsList().stream()
                .filter(group -> InboundViews.accept(group).partOf(mine) != null)
                .toList();
    if (message == null || groups.isEmpty()) {
      throw ProblemException.notFound("message " + id);
    }
    PresentedChain chain = mail.chain(message.getSession());
    RecordedFacts facts = RecordedFacts.of(message, fingerprint -> chain);
    if (facts == null) {
      throw new ProblemException(
          Problem.of(
              422,
              "No client",
              "Postern generated this message (a notification or a report): no inbound connector "
                  + "was involved."));
    }
    List<DeliveryRequested> deliveries = mail.deliveries(id);
    List<Asked> asked = new ArrayList<>();
    for (RecipientGroup group : groups) {
      for (int index : group.getRecipientsList()) {
        String address = message.getEnvelope().getRecipients(index).getAddress();
        if (asked.size() < GivenFacts.MOST_RECIPIENTS && isAsked(address)) {
          asked.add(new Asked(Address.parse(address), then(group, index, deliveries)));
        }
      }
    }
    return answer(
        new Recorded(
            id.value(),
            null,
            Instant.ofEpochMilli(message.getAcceptedMillis()).toString(),
            message.getDirectoryVersion()),
        facts,
        verdicts.get(),
        asked);
  }

  ExplainAnswer ofRefusal(RecordedMail mail) throws TimeoutException {
    String reference =
        parsed(
            "/reference",
            request.reference(),
            RefusalReference::parse,
            "write it as in the reply: 0Z7K-31QF");
    MessageRefused refused = mail.refused(reference);
    if (refused == null || !isMine(refused)) {
      throw ProblemException.notFound("refusal " + reference);
    }
    PresentedChain chain = mail.chain(refused.getSession());
    List<RecordedFacts> all = RecordedFacts.of(refused, fingerprint -> chain);
    if (all.isEmpty()) {
      throw new ProblemException(
          Problem.of(
              422,
              "No recipient",
              "It was refused before it named a recipient ("
                  + refused.getRule()
                  + ": "
                  + refused.getText()
                  + "); no connector was evaluated."));
    }
    return answer(
        new Recorded(null, reference, Instant.ofEpochMilli(refused.getAtMillis()).toString(), null),
        all.getFirst(),
        verdicts.get(),
        List.of(
            new Asked(
                Address.parse(refused.getRecipient()),
                new Decisions(InboundViews.of(refused), null, null))));
  }

  /**
   * @param first of the notes
   */
  private ExplainAnswer answer(
      @Nullable Recorded recorded,
      RecordedFacts facts,
      AskedVerdicts verdicts,
      List<Asked> asked,
      String... first) {
    Explainer explainer = new Explainer(directory, facts, verdicts, mine, request.organization());
    List<ExplainAnswer.Recipient> recipients =
        asked.stream().map(one -> recipient(one, explainer.explain(one.address()))).toList();
    List<String> notes = new ArrayList<>(List.of(first));
    if (!facts.complete()) {
      notes.add("Not certain: " + facts.missing() + ".");
    }
    if (!verdicts.complete()) {
      notes.add(
          "certificate-service did not validate the chain within 10 s: the result is unknown, as "
              + "in a session.");
    }
    return new ExplainAnswer(
        directory.version(),
        recorded,
        new ExplainAnswer.Facts(
            facts.facts().clientIp(),
            facts.facts().tls(),
            facts.facts().certificateNames(),
            facts.facts().mailFromDomain()),
        recipients,
        notes);
  }

  private static ExplainAnswer.Recipient recipient(Asked asked, Explainer.Explained explained) {
    Decisions then = asked.then();
    List<String> differences = then == null ? List.of() : Differences.of(then, explained.now());
    return new ExplainAnswer.Recipient(
        asked.address().toString(),
        explained.now(),
        then,
        then == null ? null : !differences.isEmpty(),
        differences,
        explained.connectors(),
        explained.leftOut());
  }

  private Decisions then(RecipientGroup group, int index, List<DeliveryRequested> deliveries) {
    Out out =
        deliveries.stream()
            .filter(d -> mine.test(group.getOrganization()))
            .filter(d -> d.getRecipientsList().contains(index))
            .findFirst()
            .map(OutboundViews::of)
            .orElse(null);
    return InboundViews.seen(InboundViews.accept(group), mine, out);
  }

  /** Without an organization it concerns those whose domain the sender or recipient has. */
  private boolean isMine(MessageRefused refused) {
    return mine.test(refused.getOrganization())
        || refused.getOrganization().isEmpty()
            && Stream.of(refused.getReversePath(), refused.getRecipient())
                .flatMap(address -> Stream.ofNullable(DomainNames.ofAddress(address)))
                .flatMap(domain -> directory.acceptedDomain(domain).stream())
                .anyMatch(accepted -> mine.test(accepted.getOrganization()));
  }

  private boolean isAsked(String address) {
    List<String> asked = request.recipients();
    return asked == null || asked.isEmpty() || asked.contains(address);
  }

  private static <T> T parsed(
      String pointer, @Nullable String text, Function<String, T> parser, String cure) {
    try {
      return parser.apply(text == null ? "" : text);
    } catch (IllegalArgumentException e) {
      throw ProblemException.badRequest(pointer, String.valueOf(e.getMessage()), cure);
    }
  }
}
