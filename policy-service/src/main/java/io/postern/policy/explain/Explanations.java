package io.postern.policy.explain;

import com.google.protobuf.ByteString;
import io.postern.api.Caller;
import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.contracts.QueueId;
import io.postern.contracts.RefusalReference;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.PresentedChain;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.SessionFacts;
import io.postern.log.LogSettings;
import io.postern.policy.AskedVerdicts;
import io.postern.policy.PolicyVerdicts;
import io.postern.policy.explain.ExplainAnswer.Decisions;
import io.postern.policy.explain.ExplainAnswer.In;
import io.postern.policy.explain.ExplainAnswer.Recorded;
import io.postern.rules.Directory;
import io.postern.rules.again.RecordedFacts;
import io.postern.smtp.Address;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Answers to requests for an explanation, by hand or of a recorded mail
 * (docs/guides/tracing-a-message.md). At most {@value #LOOKUPS} look-ups in the log at one time; a
 * further one waits 5 s and is answered with 503. Thread-safe.
 */
final class Explanations {
  private static final int LOOKUPS = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int TURN_SECONDS = 5;

  private final LogSettings settings;
  private final PolicyVerdicts verdicts;
  private final Semaphore lookups = new Semaphore(LOOKUPS);

  Explanations(LogSettings settings, PolicyVerdicts verdicts) {
    this.settings = settings;
    this.verdicts = verdicts;
  }

  /**
   * @throws ProblemException the request is wrong, names no mail that the caller sees, or the log
   *     did not answer in time
   */
  ExplainAnswer answer(Directory directory, Caller caller, ExplainRequest request) {
    Predicate<String> mine = id -> caller.organizations().map(all -> all.contains(id)).orElse(true);
    if (request.organization() != null) {
      String wanted = request.organization();
      caller.requireRead(wanted, "organization " + wanted);
      if (directory.organization(wanted).isEmpty()) {
        throw ProblemException.notFound("organization " + wanted);
      }
    }
    boolean byId = request.queueId() != null;
    boolean byReference = request.reference() != null;
    if (byId && byReference || (byId || byReference) && request.clientIp() != null) {
      throw ProblemException.badRequest(
          "/queueId",
          "it cannot be combined with other facts",
          "write queueId, reference, or facts");
    }
    if (!byId && !byReference) {
      return byHand(directory, mine, request);
    }
    return looked(
        mail ->
            byId
                ? ofMessage(directory, mine, request, mail)
                : ofRefusal(directory, mine, request, mail));
  }

  private ExplainAnswer byHand(
      Directory directory, Predicate<String> mine, ExplainRequest request) {
    GivenFacts given = GivenFacts.of(request);
    List<String> notes = new ArrayList<>();
    if (given.assumedGood()) {
      notes.add("The chain of the certificate with these names is assumed to be valid.");
    }
    return answer(
        directory,
        mine,
        request,
        given.facts(),
        given.assumedGood() ? AskedVerdicts.assumedGood() : asked(),
        null,
        given.recipients().stream().map(address -> new Asked(address, null)).toList(),
        notes);
  }

  private interface Lookup {
    ExplainAnswer in(RecordedMail mail) throws TimeoutException;
  }

  private ExplainAnswer looked(Lookup lookup) {
    boolean turn = false;
    try {
      turn = lookups.tryAcquire(TURN_SECONDS, TimeUnit.SECONDS);
      if (!turn) {
        throw new ProblemException(
            Problem.of(503, "Busy", "Too many lookups are in progress; try again."));
      }
      try (RecordedMail mail = new RecordedMail(settings)) {
        return lookup.in(mail);
      }
    } catch (TimeoutException e) {
      throw new ProblemException(
          Problem.of(504, "Too slow", "Kafka was not completely read within 10 s."));
    } catch (KafkaException e) {
      throw new ProblemException(
          Problem.of(503, "Kafka is unavailable", "Kafka did not respond; try again."));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ProblemException(Problem.of(503, "Ended", "The service is stopping."));
    } finally {
      if (turn) {
        lookups.release();
      }
    }
  }

  private ExplainAnswer ofMessage(
      Directory directory, Predicate<String> mine, ExplainRequest request, RecordedMail mail)
      throws TimeoutException {
    QueueId id =
        parsed("/queueId", request.queueId(), QueueId::parse, "write it as in the reply 250");
    MessageAccepted message = mail.accepted(id);
    List<RecipientGroup> groups =
        message == null
            ? List.of()
            : message.getGroupsList().stream().filter(g -> isOf(g, mine)).toList();
    if (message == null || groups.isEmpty()) {
      throw ProblemException.notFound("message " + id);
    }
    RecordedFacts recorded = recorded(message, mail);
    List<DeliveryRequested> deliveries = mail.deliveries(id);
    List<Asked> recipients = new ArrayList<>();
    for (RecipientGroup group : groups) {
      for (int index : group.getRecipientsList()) {
        String address = message.getEnvelope().getRecipients(index).getAddress();
        if (recipients.size() < GivenFacts.MOST_RECIPIENTS && isAsked(request, address)) {
          recipients.add(new Asked(Address.parse(address), then(group, index, deliveries, mine)));
        }
      }
    }
    return answer(
        directory,
        mine,
        request,
        recorded,
        asked(),
        new Recorded(
            id.value(),
            null,
            Instant.ofEpochMilli(message.getAcceptedMillis()).toString(),
            message.getDirectoryVersion()),
        recipients,
        new ArrayList<>());
  }

  private static RecordedFacts recorded(MessageAccepted message, RecordedMail mail)
      throws TimeoutException {
    PresentedChain chain = chain(message.getSession(), mail);
    RecordedFacts recorded = RecordedFacts.of(message, fingerprint -> chain);
    if (recorded == null) {
      throw new ProblemException(
          Problem.of(
              422,
              "No client",
              "Postern generated this message (a notification or a report): no inbound connector "
                  + "was involved."));
    }
    return recorded;
  }

  private static @Nullable PresentedChain chain(SessionFacts session, RecordedMail mail)
      throws TimeoutException {
    ByteString fingerprint = session.getTlsFacts().getPeerChainFingerprint();
    return fingerprint.isEmpty() ? null : mail.chain(fingerprint);
  }

  private ExplainAnswer ofRefusal(
      Directory directory, Predicate<String> mine, ExplainRequest request, RecordedMail mail)
      throws TimeoutException {
    String reference =
        parsed(
            "/reference",
            request.reference(),
            RefusalReference::parse,
            "write it as in the reply: 0Z7K-31QF");
    MessageRefused refused = mail.refused(reference);
    if (refused == null || !isSeen(directory, refused, mine)) {
      throw ProblemException.notFound("refusal " + reference);
    }
    PresentedChain chain = chain(refused.getSession(), mail);
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
        directory,
        mine,
        request,
        all.getFirst(),
        asked(),
        new Recorded(null, reference, Instant.ofEpochMilli(refused.getAtMillis()).toString(), null),
        List.of(
            new Asked(
                Address.parse(refused.getRecipient()),
                new Decisions(InboundViews.of(refused), null, null))),
        new ArrayList<>());
  }

  /**
   * A recipient that is asked about.
   *
   * @param then as recorded; null: facts by hand
   */
  private record Asked(Address address, @Nullable Decisions then) {}

  private static ExplainAnswer answer(
      Directory directory,
      Predicate<String> mine,
      ExplainRequest request,
      RecordedFacts facts,
      AskedVerdicts verdicts,
      @Nullable Recorded recorded,
      List<Asked> asked,
      List<String> notes) {
    Explainer explainer = new Explainer(directory, facts, verdicts, mine, request.organization());
    List<ExplainAnswer.Recipient> recipients =
        asked.stream().map(one -> recipient(one, explainer.explain(one.address()))).toList();
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

  private static Decisions then(
      RecipientGroup group, int index, List<DeliveryRequested> deliveries, Predicate<String> mine) {
    boolean own = mine.test(group.getOrganization());
    In incoming =
        group.hasIncoming() && mine.test(group.getIncoming().getOrganization())
            ? InboundViews.of(group.getIncoming())
            : null;
    return new Decisions(
        own ? InboundViews.of(group) : In.ofAnother(),
        incoming,
        !own
            ? null
            : deliveries.stream()
                .filter(d -> d.getRecipientsList().contains(index))
                .findFirst()
                .map(OutboundViews::of)
                .orElse(null));
  }

  private static boolean isOf(RecipientGroup group, Predicate<String> mine) {
    return mine.test(group.getOrganization())
        || group.hasIncoming() && mine.test(group.getIncoming().getOrganization());
  }

  /**
   * Refusals without an organization concern the organization whose domain the sender or recipient
   * has.
   */
  private static boolean isSeen(
      Directory directory, MessageRefused refused, Predicate<String> mine) {
    if (!refused.getOrganization().isEmpty()) {
      return mine.test(refused.getOrganization());
    }
    return mine.test("")
        || List.of(refused.getReversePath(), refused.getRecipient()).stream()
            .map(RecordedFacts::domain)
            .anyMatch(
                domain ->
                    domain != null
                        && directory
                            .acceptedDomain(domain)
                            .filter(d -> mine.test(d.getOrganization()))
                            .isPresent());
  }

  private static boolean isAsked(ExplainRequest request, String address) {
    List<String> asked = request.recipients();
    return asked == null || asked.isEmpty() || asked.contains(address);
  }

  private AskedVerdicts asked() {
    return AskedVerdicts.all(verdicts::source, PATIENCE);
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
