package io.postern.delivery.mtasts;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.StsPolicyRequest;
import io.postern.contracts.v1.StsPolicyState;
import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import io.postern.log.asking.LossySender;
import io.postern.log.asking.Questions;
import io.postern.log.reading.TopicFollower;
import java.time.Duration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Policies from certificate-service over the log (docs/design/architecture.md, "Policies of other
 * domains"). A thread of its own reads all of mta-sts.policies, also those that other replicas
 * asked for.
 *
 * <p>Bounds: {@value #MAX_BYTES} bytes of policies, more than certificate-service publishes; beyond
 * them those that mail needs least go, and are asked for again. A question goes out once in a
 * minute for an id, and a domain about which nobody answers in time holds no delivery up for five.
 */
public final class KafkaStsPolicies implements StsPolicies, AutoCloseable {
  private static final long MAX_BYTES = 16 << 20;
  private static final int OVERHEAD = 300;
  private static final Duration ASKED = Duration.ofSeconds(60);
  private static final Duration UNANSWERED = Duration.ofSeconds(300);
  private static final int MAX_QUESTIONS = 20_000;

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
  private final Questions<Wanted, StsPolicyState> questions;
  private final OccasionalLog log = new OccasionalLog(KafkaStsPolicies.class);
  private final TopicFollower follower;
  private volatile boolean complete;

  public KafkaStsPolicies(LogSettings settings, LossySender sender) {
    questions =
        new Questions<>(
            new Questions.Kind(
                Topics.MTA_STS_REQUESTS,
                MAX_QUESTIONS,
                MAX_QUESTIONS,
                true,
                false,
                Duration.ZERO,
                UNANSWERED),
            sender::send);
    follower = new TopicFollower(settings, Topics.MTA_STS_POLICIES, new View());
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
    var unused = questions.ask(question(new Wanted(domain, id)));
  }

  @Override
  public @Nullable StsPolicyState awaited(
      String domain, String id, @Nullable StsPolicyState before, Duration patience)
      throws InterruptedException {
    Wanted wanted = new Wanted(domain, id);
    StsPolicyState answer =
        questions
            .await(
                question(wanted),
                () -> {
                  StsPolicyState state = known(domain);
                  return state != null && !state.equals(before) && wanted.answeredBy(state)
                      ? state
                      : null;
                },
                patience)
            .answer();
    return answer == null ? known(domain) : answer;
  }

  private static Questions.Question<Wanted> question(Wanted wanted) {
    return new Questions.Question<>(
        wanted,
        wanted.domain(),
        ASKED,
        Duration.ZERO,
        () ->
            StsPolicyRequest.newBuilder()
                .setDomain(wanted.domain())
                .setId(wanted.id())
                .setAtMillis(System.currentTimeMillis())
                .build());
  }

  @Override
  public void close() {
    follower.close();
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
        questions.heard(state.getDomain());
        questions.answered(new Wanted(state.getDomain(), state.getId()), state);
        questions.answered(new Wanted(state.getDomain(), state.getFailure().getId()), state);
      } catch (InvalidProtocolBufferException e) {
        // The policy before it stays in force.
        log.warn("an MTA-STS policy at offset " + record.offset() + " cannot be read", e);
      }
    }
  }
}
