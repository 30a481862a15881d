package io.postern.delivery.mtasts;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.StsPolicyRequest;
import io.postern.contracts.v1.StsPolicyState;
import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import io.postern.log.reading.TopicFollower;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Policies from certificate-service over the log (docs/design/architecture.md, "Policies of other
 * domains"). A thread of its own reads all of mta-sts.policies, also those that other replicas
 * asked for.
 *
 * <p>Bounds: {@value #MAX_BYTES} bytes of policies, more than certificate-service publishes; beyond
 * them those that mail needs least go, and are asked for again. A question goes out once in {@value
 * #ASKED_SECONDS} s for an id, and a domain about which nobody answers in time holds no delivery up
 * for {@value #UNANSWERED_SECONDS} s.
 */
public final class KafkaStsPolicies implements StsPolicies, AutoCloseable {
  private static final long MAX_BYTES = 16 << 20;
  private static final int OVERHEAD = 300;
  private static final int ASKED_SECONDS = 60;
  private static final int UNANSWERED_SECONDS = 300;
  private static final int MAX_DOMAINS = 20_000;
  private static final Duration CLOSE = Duration.ofSeconds(2);

  private record Wanted(String domain, String id) {
    boolean answeredBy(StsPolicyState state) {
      return state.getId().equals(id) || state.getFailure().getId().equals(id);
    }
  }

  private final Cache<String, StsPolicyState> known =
      Caffeine.newBuilder()
          .maximumWeight(MAX_BYTES)
          .weigher(
              (String domain, StsPolicyState state) ->
                  2 * domain.length() + state.getSerializedSize() + OVERHEAD)
          .executor(Runnable::run)
          .build();
  private final Cache<Wanted, Boolean> asked = lately(ASKED_SECONDS);
  private final Cache<String, Boolean> unanswered = lately(UNANSWERED_SECONDS);
  private final ConcurrentMap<Wanted, CompletableFuture<StsPolicyState>> awaited =
      new ConcurrentHashMap<>();
  private final OccasionalLog log = new OccasionalLog(KafkaStsPolicies.class);
  private final KafkaProducer<String, byte[]> producer;
  private final TopicFollower follower;
  private volatile boolean complete;

  public KafkaStsPolicies(LogSettings settings) {
    producer = new KafkaProducer<>(settings.questioner());
    follower = new TopicFollower(settings, Topics.MTA_STS_POLICIES, new View());
  }

  private static <K> Cache<K, Boolean> lately(int seconds) {
    return Caffeine.newBuilder()
        .maximumSize(MAX_DOMAINS)
        .expireAfterWrite(Duration.ofSeconds(seconds))
        .executor(Runnable::run)
        .build();
  }

  /** Begins to read, once; the topic exists. Does not wait. */
  public void start() {
    follower.start();
  }

  /**
   * All policies that there were have been read once: nobody who blocks the DNS can make a domain
   * without a policy of one that had it.
   */
  public boolean complete() {
    return complete;
  }

  /** Policies and failures in memory, about. */
  public long count() {
    return known.estimatedSize();
  }

  @Override
  public @Nullable StsPolicyState known(String domain) {
    return known.getIfPresent(domain);
  }

  @Override
  public void ask(String domain, String id) {
    Wanted wanted = new Wanted(domain, id);
    if (asked.asMap().putIfAbsent(wanted, Boolean.TRUE) == null) {
      publish(wanted);
    }
  }

  @Override
  public @Nullable StsPolicyState awaited(
      String domain, String id, @Nullable StsPolicyState before, Duration patience)
      throws InterruptedException {
    Wanted wanted = new Wanted(domain, id);
    if (unanswered.getIfPresent(domain) != null) {
      ask(domain, id);
      return known(domain);
    }
    CompletableFuture<StsPolicyState> answer =
        awaited.computeIfAbsent(wanted, w -> new CompletableFuture<>());
    try {
      StsPolicyState state = known(domain); // it may have come before the entry
      if (state != null && !state.equals(before) && wanted.answeredBy(state)) {
        return state;
      }
      ask(domain, id);
      return answer.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      StsPolicyState late = known(domain);
      if (late == null || late.equals(before) || !wanted.answeredBy(late)) {
        unanswered.put(domain, Boolean.TRUE);
      }
      return late;
    } catch (ExecutionException e) {
      throw new IllegalStateException("none is ever completed with a failure", e);
    } finally {
      awaited.remove(wanted, answer);
    }
  }

  private void publish(Wanted wanted) {
    StsPolicyRequest request =
        StsPolicyRequest.newBuilder()
            .setDomain(wanted.domain())
            .setId(wanted.id())
            .setAtMillis(System.currentTimeMillis())
            .build();
    try {
      // Blocks for the metadata at most, half a second.
      var unused =
          producer.send(
              new ProducerRecord<>(Topics.MTA_STS_REQUESTS, wanted.domain(), request.toByteArray()),
              (metadata, failure) -> {
                if (failure != null) {
                  unsent(wanted, failure);
                }
              });
    } catch (KafkaException e) {
      unsent(wanted, e);
    }
  }

  private void unsent(Wanted wanted, Exception failure) {
    asked.invalidate(wanted);
    log.warn("an MTA-STS policy could not be requested", failure);
  }

  @Override
  public void close() {
    follower.close();
    producer.close(CLOSE);
  }

  /** Owner: the follower's thread. What is known stays while the topic is read again. */
  private final class View implements TopicFollower.View {
    @Override
    public void begin() {}

    @Override
    public void complete() {
      complete = true;
    }

    @Override
    public void take(ConsumerRecord<String, byte @Nullable []> record) {
      byte[] value = record.value();
      if (value == null) {
        known.invalidate(record.key());
        return;
      }
      try {
        StsPolicyState state = StsPolicyState.parseFrom(value);
        known.put(state.getDomain(), state);
        unanswered.invalidate(state.getDomain());
        awaited.forEach(
            (wanted, answer) -> {
              if (wanted.domain().equals(state.getDomain()) && wanted.answeredBy(state)) {
                answer.complete(state);
              }
            });
      } catch (InvalidProtocolBufferException e) {
        // The policy before it stays in force.
        log.warn("an MTA-STS policy at offset " + record.offset() + " cannot be read", e);
      }
    }
  }
}
