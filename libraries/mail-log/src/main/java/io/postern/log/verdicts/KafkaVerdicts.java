package io.postern.log.verdicts;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.postern.contracts.Topics;
import io.postern.contracts.VerdictKey;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateRequest;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import io.postern.log.TrustedClock;
import io.postern.log.reading.TopicFollower;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * Verdicts from certificate-service over the log (docs/design/architecture.md, "Certificate
 * verdicts"; docs/design/the-log.md, "Verdicts"). A thread of its own reads all verdicts, also
 * those that other replicas asked for; callers are virtual threads.
 *
 * <p>Identical questions in flight are one request; a verdict is kept until it ends ("valid
 * until"), at most {@link VerdictCache}'s bound; one on the default anchor set, or on an
 * organization's that includes it, is void when another version of that set is announced, and any
 * when another version of the distrusted certificates is; one that rests on a certificate is void
 * when this is announced as revoked. A chain of more than 10 certificates or 64 KiB is bad
 * (too-complex) without asking anyone. An outage is UNKNOWN, UNAVAILABLE. A caller that asks before
 * the log's first answer waits for that too, within the same patience.
 */
public final class KafkaVerdicts implements VerdictSource, AutoCloseable {
  private static final int MAX_CERTIFICATES = 10;
  private static final int MAX_BYTES = 64 * 1024;
  private static final Duration CLOSE = Duration.ofSeconds(2);
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final int QUIET_TRIES = 5;

  private final PendingVerdicts pending = new PendingVerdicts();
  private final VerdictCache cache;
  private final OccasionalLog log = new OccasionalLog(KafkaVerdicts.class);
  private final KafkaProducer<String, byte[]> producer;
  private final TopicFollower reader;
  private final Thread meeting;
  private final CompletableFuture<@Nullable Void> met = new CompletableFuture<>();

  /** Begins to read at once; the log may be away. */
  public KafkaVerdicts(LogSettings settings) {
    this(settings, TrustedClock.ofTheMachine());
  }

  /**
   * @param clock by which verdicts end
   */
  KafkaVerdicts(LogSettings settings, InstantSource clock) {
    cache = new VerdictCache(clock);
    producer = new KafkaProducer<>(settings.questioner());
    reader =
        new TopicFollower(
            settings, Topics.CERTIFICATE_VERDICTS, new VerdictReader(cache, pending.byKey()));
    meeting = Thread.ofVirtual().name("meet-" + Topics.CERTIFICATE_REQUESTS).unstarted(this::meet);
    reader.start();
    meeting.start();
  }

  // Sending waits half a second at most for the topic's metadata. That is too short for
  // the first question, which would be lost with all its caller's patience.
  private void meet() {
    for (int tries = 1; !met.isDone(); tries++) {
      try {
        var unused = producer.partitionsFor(Topics.CERTIFICATE_REQUESTS);
        log.over("certificate requests can be sent");
        met.complete(null);
      } catch (InterruptException e) {
        return; // closed
      } catch (KafkaException | IllegalStateException e) {
        if (tries > QUIET_TRIES) {
          log.warn("certificate requests cannot be sent, trying again", e);
        }
        if (!pause()) {
          return;
        }
      }
    }
  }

  private static boolean pause() {
    try {
      Thread.sleep(PAUSE);
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  @Override
  public CertificateVerdict verdict(VerdictQuestion question, Duration patience) {
    VerdictKey key = question.key();
    if (tooComplex(question)) {
      return verdict(
          key, VerdictResult.BAD, VerdictReason.TOO_COMPLEX, "more than 10 certificates or 64 KiB");
    }
    CertificateVerdict known = cache.get(key);
    if (known != null) {
      return known;
    }
    long end = System.nanoTime() + patience.toNanos();
    PendingVerdict mine = pending.enter(key);
    try {
      // It may have come between the first look and the entry.
      known = cache.get(key);
      if (known != null) {
        return known;
      }
      if (mine.mustAsk(end, patience)) {
        var unused = met.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        ask(key, question, end);
      }
      CertificateVerdict answer =
          mine.answer().get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
      return cache.isVoid(answer)
          ? verdict(
              key, VerdictResult.UNKNOWN, VerdictReason.UNAVAILABLE, "a newer result replaced it")
          : answer;
    } catch (TimeoutException e) {
      return verdict(key, VerdictResult.UNKNOWN, VerdictReason.UNAVAILABLE, "no response in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return verdict(key, VerdictResult.UNKNOWN, VerdictReason.UNAVAILABLE, "interrupted");
    } catch (ExecutionException e) {
      throw new IllegalStateException("neither is ever completed with a failure", e);
    } finally {
      pending.leave(key, mine);
    }
  }

  @Override
  public @Nullable CertificateVerdict known(VerdictQuestion question) {
    return cache.get(question.key());
  }

  @Override
  public void close() {
    meeting.interrupt();
    reader.close();
    producer.close(CLOSE);
  }

  private void ask(VerdictKey key, VerdictQuestion question, long end) {
    Duration left = Duration.ofNanos(end - System.nanoTime());
    long now = System.currentTimeMillis();
    CertificateRequest.Builder request =
        CertificateRequest.newBuilder()
            .setVerdictKey(ByteString.copyFrom(key.bytes()))
            .setStapledOcsp(UnsafeByteOperations.unsafeWrap(question.stapledOcsp()))
            .setRole(question.role())
            .setAnchors(question.anchors())
            .setRevocation(question.revocation())
            .setOrganization(question.organization())
            .setAskedAtMillis(now)
            .setDeadlineMillis(now + left.toMillis());
    question.chain().forEach(der -> request.addChain(UnsafeByteOperations.unsafeWrap(der)));
    try {
      // Blocks for the metadata at most, half a second; an answer may still come to another
      // replica's question.
      var unused =
          producer.send(
              new ProducerRecord<>(
                  Topics.CERTIFICATE_REQUESTS, key.hex(), request.build().toByteArray()),
              (metadata, failure) -> {
                if (failure != null) {
                  log.warn("a certificate request could not be sent", failure);
                }
              });
    } catch (KafkaException e) {
      log.warn("a certificate request could not be sent", e);
    }
  }

  private static boolean tooComplex(VerdictQuestion question) {
    long bytes = question.stapledOcsp().length;
    for (byte[] certificate : question.chain()) {
      bytes += certificate.length;
    }
    return question.chain().size() > MAX_CERTIFICATES || bytes > MAX_BYTES;
  }

  private static CertificateVerdict verdict(
      VerdictKey key, VerdictResult result, VerdictReason reason, String detail) {
    return CertificateVerdict.newBuilder()
        .setVerdictKey(ByteString.copyFrom(key.bytes()))
        .setResult(result)
        .setReason(reason)
        .setDetail(detail)
        .setJudgedAtMillis(System.currentTimeMillis())
        .build();
  }
}
