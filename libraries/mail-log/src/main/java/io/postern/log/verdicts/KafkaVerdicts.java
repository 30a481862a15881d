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
import io.postern.log.TrustedClock;
import io.postern.log.asking.LossySender;
import io.postern.log.asking.Questions;
import io.postern.log.reading.TopicFollower;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Verdicts from certificate-service over the log (docs/design/architecture.md, "Certificate
 * verdicts"; docs/design/the-log.md, "Verdicts"). A thread of its own reads all verdicts, also
 * those that other replicas asked for; callers are virtual threads.
 *
 * <p>Identical questions in flight are one request; a verdict is kept until it ends ("valid
 * until"), within the bound of {@link VerdictCache}, which says when one is void. A chain of more
 * than 10 certificates or 64 KiB is bad (too-complex) without asking anyone. An outage is UNKNOWN,
 * UNAVAILABLE. A caller that asks before the log's first answer waits for that too, within the same
 * patience.
 */
public final class KafkaVerdicts implements VerdictSource, AutoCloseable {
  private static final int MAX_CERTIFICATES = 10;
  private static final int MAX_BYTES = 64 * 1024;
  private static final long BYTES = 16L << 20;
  private static final int MOST_QUESTIONS = 50_000; // each has a waiting caller

  private final VerdictCache cache;
  private final Questions<VerdictKey, CertificateVerdict> questions;
  private final TopicFollower reader;
  private final CompletableFuture<@Nullable Void> met;

  /** Keeps 16 MiB of verdicts. See the next one. */
  public KafkaVerdicts(LogSettings settings, LossySender sender) {
    this(settings, sender, BYTES);
  }

  /**
   * Begins to read at once; the log may be away. The caller closes the sender, after this.
   *
   * @param bytes of verdicts that are kept
   */
  public KafkaVerdicts(LogSettings settings, LossySender sender, long bytes) {
    this(settings, sender, bytes, TrustedClock.ofTheMachine());
  }

  /**
   * @param clock by which verdicts end
   */
  KafkaVerdicts(LogSettings settings, LossySender sender, long bytes, InstantSource clock) {
    cache = new VerdictCache(clock, bytes);
    questions =
        new Questions<>(
            new Questions.Kind(
                Topics.CERTIFICATE_REQUESTS,
                MOST_QUESTIONS,
                MOST_QUESTIONS,
                false,
                false,
                Duration.ZERO,
                Duration.ZERO),
            sender::send);
    reader =
        new TopicFollower(
            settings, Topics.CERTIFICATE_VERDICTS, new VerdictReader(cache, questions));
    reader.start();
    met = sender.met(Topics.CERTIFICATE_REQUESTS);
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
    try {
      return asked(key, question, System.nanoTime() + patience.toNanos());
    } catch (TimeoutException e) {
      return unavailable(key, "no response in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return unavailable(key, "interrupted");
    } catch (ExecutionException e) {
      throw new IllegalStateException("none is ever completed with a failure", e);
    }
  }

  private CertificateVerdict asked(VerdictKey key, VerdictQuestion question, long end)
      throws InterruptedException, ExecutionException, TimeoutException {
    var unused = met.get(left(end).toNanos(), TimeUnit.NANOSECONDS);
    Duration life = left(end);
    Questions.Reply<CertificateVerdict> reply =
        questions.await(
            new Questions.Question<>(
                key, key.hex(), life, life.dividedBy(2), () -> request(key, question, left(end))),
            () -> cache.get(key),
            life);
    CertificateVerdict answer = reply.answer();
    if (answer == null) {
      return unavailable(
          key,
          reply.missing() == Questions.Missing.TOO_MANY
              ? "too many requests at a time"
              : "no response in time");
    }
    return cache.isVoid(answer) ? unavailable(key, "a newer result replaced it") : answer;
  }

  private static Duration left(long end) {
    return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
  }

  @Override
  public @Nullable CertificateVerdict known(VerdictQuestion question) {
    return cache.get(question.key());
  }

  @Override
  public void close() {
    reader.close();
  }

  private static CertificateRequest request(
      VerdictKey key, VerdictQuestion question, Duration left) {
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
    return request.build();
  }

  private static boolean tooComplex(VerdictQuestion question) {
    long bytes = question.stapledOcsp().length;
    for (byte[] certificate : question.chain()) {
      bytes += certificate.length;
    }
    return question.chain().size() > MAX_CERTIFICATES || bytes > MAX_BYTES;
  }

  private static CertificateVerdict unavailable(VerdictKey key, String detail) {
    return verdict(key, VerdictResult.UNKNOWN, VerdictReason.UNAVAILABLE, detail);
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
