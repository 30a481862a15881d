package io.postern.policy.tlsrpt;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.Texts;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.TlsReportPosted;
import io.postern.contracts.v1.TlsSessionRecord;
import io.postern.log.LogSettings;
import io.postern.log.reading.RecordReader;
import io.postern.policy.tlsrpt.ReportMetrics.PostResult;
import io.postern.policy.tlsrpt.SessionFold.Post;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The reports on their way to {@code https:} addresses. One that is not taken is posted again,
 * after 5 minutes and then twice as long each time, for 24 hours (RFC 8460 §5.5). A report may be
 * posted twice, as the same one, if its owner ends before its TlsReportPosted is in the log.
 *
 * <p>Owner: the reporter's thread; each post has a thread of its own, {@value #AT_A_TIME} at a
 * time. Not a virtual one: a look-up of the system would hold its carrier, and with it the API. A
 * server that hangs holds one of them for the patience of {@link HttpsPost}.
 */
final class Posts {
  private static final int AT_A_TIME = 20;
  private static final long FIRST_PAUSE = Duration.ofMinutes(5).toMillis();
  private static final long PATIENCE = Duration.ofHours(24).toMillis();
  private static final int MOST_DETAIL = 200;

  private static final class Try {
    long notBefore;
    long pause = FIRST_PAUSE;
    boolean running;
  }

  /**
   * @param failure null: taken
   */
  private record Done(Post post, @Nullable String failure) {}

  private final RecordReader records;
  private final HttpsPost https;
  private final LongSupplier clockMillis;
  private final ReportMetrics metrics;
  private final Map<Post, Try> tries = new HashMap<>();
  private final Queue<Done> done = new ConcurrentLinkedQueue<>();
  private int running;

  Posts(LogSettings settings, HttpsPost https, LongSupplier clockMillis, ReportMetrics metrics) {
    records = new RecordReader(settings, Topics.TLS_SESSIONS);
    this.https = https;
    this.clockMillis = clockMillis;
    this.metrics = metrics;
  }

  /**
   * Begins posts, and takes up results.
   *
   * @param folds of all partitions that are read to their ends
   * @return records for reports that are posted or given up, by partition
   */
  Map<TopicPartition, List<TlsSessionRecord>> round(Map<TopicPartition, SessionFold> folds) {
    Map<Post, String> results = new HashMap<>();
    for (Done result = done.poll(); result != null; result = done.poll()) {
      running--;
      paused(result.post());
      results.put(result.post(), result.failure() == null ? "" : result.failure());
    }
    Map<TopicPartition, List<TlsSessionRecord>> ends = new HashMap<>();
    Set<Post> open = new HashSet<>();
    folds.forEach(
        (partition, fold) -> {
          for (Post post : fold.posts()) {
            open.add(post);
            TlsSessionRecord end = round(partition, post, results.get(post));
            if (end != null) {
              ends.computeIfAbsent(partition, p -> new ArrayList<>()).add(end);
            }
          }
        });
    // The pauses of a partition that is read anew hold: nobody is posted to at once again.
    long now = clockMillis.getAsLong();
    tries.keySet().removeIf(post -> !open.contains(post) && now - post.madeMillis() > 2 * PATIENCE);
    return ends;
  }

  private void paused(Post post) {
    Try attempt = tries.computeIfAbsent(post, p -> new Try());
    attempt.running = false;
    attempt.notBefore = clockMillis.getAsLong() + attempt.pause;
    attempt.pause *= 2;
  }

  private @Nullable TlsSessionRecord round(
      TopicPartition partition, Post post, @Nullable String result) {
    long now = clockMillis.getAsLong();
    Try attempt = tries.computeIfAbsent(post, p -> new Try());
    if (result != null) {
      if (result.isEmpty()) {
        metrics.posted(PostResult.TAKEN);
        return posted(post, true, "");
      }
      boolean last = now - post.madeMillis() >= PATIENCE;
      metrics.posted(last ? PostResult.GIVEN_UP : PostResult.FAILED);
      return last ? posted(post, false, result) : null;
    }
    if (!attempt.running && attempt.notBefore <= now && running < AT_A_TIME) {
      return begin(partition, post, attempt);
    }
    return null;
  }

  private @Nullable TlsSessionRecord begin(TopicPartition partition, Post post, Try attempt) {
    byte[] report = report(partition, post);
    if (report == null) {
      metrics.posted(PostResult.GIVEN_UP);
      return posted(post, false, "the report is no longer in Kafka");
    }
    attempt.running = true;
    running++;
    var unused =
        Thread.ofPlatform()
            .daemon()
            .name("tls-report-post")
            .start(() -> done.add(post(post, report)));
    return null;
  }

  private Done post(Post post, byte[] report) {
    try {
      https.post(post.address(), report);
      return new Done(post, null);
    } catch (IOException | RuntimeException e) {
      String detail = e.getClass().getSimpleName() + ": " + e.getMessage();
      return new Done(post, Texts.cut(detail, MOST_DETAIL));
    }
  }

  private byte @Nullable [] report(TopicPartition partition, Post post) {
    Optional<ConsumerRecord<String, byte[]>> record =
        records.read(partition.partition(), post.offset());
    try {
      return record.isEmpty()
          ? null
          : TlsSessionRecord.parseFrom(record.get().value()).getMade().getReport().toByteArray();
    } catch (InvalidProtocolBufferException e) {
      return null; // it was read before: it cannot be
    }
  }

  private static TlsSessionRecord posted(Post post, boolean taken, String detail) {
    return TlsSessionRecord.newBuilder()
        .setPosted(
            TlsReportPosted.newBuilder()
                .setDomain(post.subject().domain())
                .setDay(post.subject().day())
                .setPostTo(post.address())
                .setTaken(taken)
                .setDetail(detail))
        .build();
  }

  /** The partitions are gone; what is on its way ends by itself. */
  void ended() {
    records.close();
  }
}
