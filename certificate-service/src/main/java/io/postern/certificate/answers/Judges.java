package io.postern.certificate.answers;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.postern.certificate.anchors.AnchorStore;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.certificate.judging.ChainJudge;
import io.postern.certificate.revocation.PauseRefusedException;
import io.postern.certificate.revocation.Permit;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.Spelling;
import io.postern.contracts.VerdictKey;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.AnchorSetAnnouncement;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.CertificateRequest;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.log.LogClock;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;

/**
 * The answers to the questions of {@code certificate.requests}. Reading them is apart from the
 * work: the position goes on at once, and a question that is lost in a crash is one unanswered,
 * which its asker takes as unknown (G4).
 *
 * <p>{@link #ask} is called by the messaging's thread and never blocks. At most {@code
 * postern.judging.concurrent} judgements run at one time ({@link Dispatcher}); one that waits for a
 * list, an answer or an anchor set is not among them, but among the {@link LongWaits}. A chain is
 * judged once: the judgement goes on where it waited. A question past its deadline, by the log's
 * clock, is skipped, one that is being judged is merged, one answered before is answered from
 * memory.
 */
@ApplicationScoped
public class Judges {
  private static final Logger LOG = Logger.getLogger(Judges.class);

  private final JudgingSettings settings;
  private final AnchorSettings anchorSettings;
  private final AnchorStore anchors;
  private final ChainJudge judge;
  private final Publisher publisher;
  private final InstantSource clock;
  private final LogClock logClock;
  private final Skew skew;
  private final MeterRegistry meters;
  private final Timer judging;
  private final WaitingRoom room;
  private final LongWaits waits;
  private final VerdictMemory memory;
  private final Revocations revocations;

  Judges(
      JudgingSettings settings,
      AnchorSettings anchorSettings,
      AnchorStore anchors,
      ChainJudge judge,
      Publisher publisher,
      VerdictMemory memory,
      Revocations revocations,
      InstantSource clock,
      LogClock logClock,
      MeterRegistry meters) {
    this.settings = settings;
    this.anchorSettings = anchorSettings;
    this.anchors = anchors;
    this.judge = judge;
    this.publisher = publisher;
    this.clock = clock;
    this.logClock = logClock;
    this.skew = new Skew(logClock, clock, meters);
    this.meters = meters;
    this.judging = meters.timer("postern.certificate.judging");
    this.room = new WaitingRoom(settings.waiting(), settings.waitingBytes());
    this.waits = new LongWaits(settings.waitingForLists(), settings.waitingBytes());
    this.memory = memory;
    this.revocations = revocations;
    meters.gauge("postern.certificate.questions.waiting", room, WaitingRoom::waiting);
    meters.gauge("postern.certificate.questions.waiting.for.lists", waits, LongWaits::waiting);
  }

  void start(@Observes StartupEvent event) {
    Thread.ofVirtual()
        .name("judge-dispatcher")
        .start(new Dispatcher(room, waits, settings.concurrent(), this::answered));
  }

  void stop(@Observes ShutdownEvent event) {
    room.close();
  }

  /** Questions whose judgements wait for a fetch. */
  int waitingForLists() {
    return waits.waiting();
  }

  @Incoming("requests")
  void ask(ConsumerRecords<String, byte[]> records) {
    for (ConsumerRecord<String, byte[]> record : records) {
      try {
        ask(record);
      } catch (RuntimeException e) {
        // It must not cost those behind it.
        LOG.error("a request could not be accepted", e);
      }
    }
  }

  private void ask(ConsumerRecord<String, byte[]> record) {
    try {
      CertificateRequest request = CertificateRequest.parseFrom(record.value());
      skew.asked(request, record.timestamp());
      long deadline = Question.deadline(request, record.timestamp());
      if (deadline <= logClock.millis()) {
        count("expired"); // before anything else: there may be a backlog of them
        if (logClock.mayBeWrong()) {
          publisher.announce(anchors.announcement());
        }
        return;
      }
      VerdictKey key = keyOf(request);
      Question question = new Question(key, request, deadline, record.value().length);
      if (!ByteString.copyFrom(key.bytes()).equals(request.getVerdictKey())) {
        // Its answer would stand under another question's key.
        count("wrong-key");
      } else if (foreign(request)) {
        // Unanswered: an answer would serve the set's own organization too (G8). A caller names the
        // organization whose anchors it needs, so this question is of an older version, or mixes
        // two requirements up.
        count("foreign-anchors");
      } else {
        offer(question);
      }
    } catch (InvalidProtocolBufferException e) {
      count("unreadable");
    }
  }

  private static VerdictKey keyOf(CertificateRequest request) {
    return new VerdictQuestion(
            request.getChainList().stream().map(ByteString::toByteArray).toList(),
            request.getStapledOcsp().toByteArray(),
            request.getRole(),
            request.getAnchors(),
            request.getRevocation(),
            request.getOrganization())
        .key();
  }

  private static boolean foreign(CertificateRequest request) {
    String organization = request.getOrganization();
    return !DirectoryKeys.organizationOf(request.getAnchors(), organization).equals(organization);
  }

  private void offer(Question question) {
    WaitingRoom.Result result = room.offer(question);
    if (result.merged()) {
      count("merged");
    }
    for (Question pushedOut : result.pushedOut()) {
      count("shed");
      answer(pushedOut, unavailable(pushedOut, "too many requests at a time"));
    }
  }

  private void answered(Question question, Permit permit) throws InterruptedException {
    try {
      answer(question, permit);
    } catch (PauseRefusedException e) {
      count("shed");
      answer(question, unavailable(question, "too many requests are waiting for lists"));
    } catch (RuntimeException | Error e) {
      // Also where a hostile chain overcomes a recursive parser, or memory.
      LOG.errorf(e, "request %s could not be validated", question.key().hex());
      answer(question, unavailable(question, "the chain could not be validated"));
    }
  }

  private void answer(Question question, Permit permit) throws InterruptedException {
    if (question.expired(logClock.millis())) {
      count("expired");
      return;
    }
    CertificateVerdict known = memory.get(question.key(), anchors.announcement(), clock.millis());
    if (known != null) {
      count("remembered");
      publisher.verdict(question, known);
      return;
    }
    Optional<TrustAnchors> set = find(question.request().getAnchors(), permit);
    if (set.isEmpty()) {
      answer(question, unavailable(question, "the anchor set is not known in this version"));
      return;
    }
    long began = System.nanoTime();
    CertificateVerdict verdict =
        judge.judge(question.request(), set.get(), clock.instant(), permit);
    judging.record(Duration.ofNanos(System.nanoTime() - began));
    if (memory.overtaken(verdict)) {
      revocations.overtaken(verdict);
      answer(question, unavailable(question, "a newer list or response is being fetched"));
      return;
    }
    memory.put(question.key(), verdict);
    answer(question, verdict);
    publisher.chain(question.request(), verdict, clock.instant());
  }

  private Optional<TrustAnchors> find(AnchorSetReference named, Permit permit)
      throws InterruptedException {
    Optional<TrustAnchors> known = anchors.find(named, Duration.ZERO);
    if (known.isPresent()) {
      return known;
    }
    try (Permit.Pause pause = permit.pause()) {
      return anchors.find(named, anchorSettings.directoryPatience());
    }
  }

  private void answer(Question question, CertificateVerdict verdict) {
    count("answered");
    meters
        .counter(
            "postern.certificate.verdicts",
            "result",
            Spelling.of(verdict.getResult()),
            "reason",
            Spelling.of(verdict.getReason()))
        .increment();
    publisher.verdict(question, verdict);
  }

  private CertificateVerdict unavailable(Question question, String detail) {
    AnchorSetReference named = question.request().getAnchors();
    AnchorSetAnnouncement inForce = anchors.announcement();
    // Callers hold an answer on the default set against the version in force.
    AnchorSetReference used = named.getId().isEmpty() ? inForce.getAnchors() : named;
    return ChainJudge.unavailable(
        question.request(), used, inForce.getDistrustVersion(), detail, clock.instant());
  }

  private void count(String fate) {
    meters.counter("postern.certificate.questions", "fate", fate).increment();
  }
}
