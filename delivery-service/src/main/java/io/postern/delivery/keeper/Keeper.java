package io.postern.delivery.keeper;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.AcceptedContent;
import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.NoticeKind;
import io.postern.contracts.v1.NoticeRequested;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.OccasionalLog;
import io.postern.log.content.ContentException;
import io.postern.log.content.ContentStream;
import io.postern.log.reading.ConsumerThread;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The keeper of held messages' contents: it reads {@code mail.notices} and, where one asks for it,
 * copies a content to {@code mail.content.held} and answers in {@code mail.outcomes} with the
 * segments that replace the accepted ones. The answer comes after all chunks of the copy are
 * acknowledged, the position after the answer: a keeper that is interrupted between them copies
 * again, which costs room and harms nobody. It uses the Kafka client itself, for that order.
 *
 * <p>One thread, one copy at a time. A log that does not answer is tried again until it does; a
 * content that the log has no more, or that is not the accepted one, is logged as an error and
 * counted, and the position moves on. One that cannot be read for a quarter of an hour is given up
 * likewise, so that it does not keep others from being kept before the log forgets them.
 */
public final class Keeper implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Keeper.class);
  // Most of the time there is nothing to keep: a notice ends the wait at once, so does close().
  private static final Duration POLL = Duration.ofSeconds(2);
  private static final Duration LONGEST_COPY = Duration.ofMinutes(15);
  private static final Duration GIVE_UP = Duration.ofMinutes(15);
  private static final int TRIES = 10;
  private static final int MAX_POLL_RECORDS = 50;
  private static final int FETCH_BYTES = 256 * 1024;

  private final LogSettings settings;
  private final Consumer<KeepResult> observer;
  private final Runnable beforeAnswer;
  private final ContentKeeper contents;
  private final OccasionalLog complaints = new OccasionalLog(Keeper.class);
  private final ConsumerThread thread;
  private @Nullable Trouble trouble;

  /** A notice that could not be done, and since when. */
  private record Trouble(TopicPartition partition, long offset, long since, int tries) {}

  /**
   * @param contents opens a content
   * @param observer gets the result for each content, when that is durable
   */
  public Keeper(
      LogSettings settings,
      Function<List<ContentSegment>, ContentStream> contents,
      Consumer<KeepResult> observer) {
    this(settings, contents, observer, () -> {});
  }

  /**
   * @param beforeAnswer runs between copy and answer, for tests
   */
  Keeper(
      LogSettings settings,
      Function<List<ContentSegment>, ContentStream> contents,
      Consumer<KeepResult> observer,
      Runnable beforeAnswer) {
    this.settings = settings;
    this.observer = observer;
    this.beforeAnswer = beforeAnswer;
    this.contents = new ContentKeeper(settings, contents, this::closed);
    this.thread =
        new ConsumerThread(
            "held-content-keeper",
            () -> new KafkaConsumer<>(properties()),
            "held content cannot be kept",
            complaints,
            new Notices());
  }

  /** Begins to read, once. Does not wait. */
  public void start() {
    thread.start();
  }

  /** Ends within some seconds; a copy under way is given up and made again later. */
  @Override
  public void close() {
    thread.close();
  }

  private boolean closed() {
    return thread.closed();
  }

  private final class Notices implements ConsumerThread.Reader {
    @Override
    public ConsumerThread.Session begin(KafkaConsumer<String, byte[]> consumer) {
      consumer.subscribe(List.of(Topics.MAIL_NOTICES));
      return new Membership(consumer);
    }

    @Override
    public void ended() {
      contents.close();
    }
  }

  private final class Membership implements ConsumerThread.Session {
    private final KafkaConsumer<String, byte[]> member;
    private final AcceptedMessages accepted = new AcceptedMessages(settings);
    private final Answers answers = new Answers(settings);

    Membership(KafkaConsumer<String, byte[]> member) {
      this.member = member;
    }

    @Override
    public void turn() throws LogUnavailableException {
      ConsumerRecords<String, byte[]> records = member.poll(POLL);
      for (TopicPartition partition : records.partitions()) {
        work(member, accepted, answers, partition, records.records(partition));
      }
      complaints.over("held content is kept again");
    }

    @Override
    public void close() {
      answers.close();
      accepted.close();
    }
  }

  private void work(
      KafkaConsumer<String, byte[]> member,
      AcceptedMessages accepted,
      Answers answers,
      TopicPartition partition,
      List<ConsumerRecord<String, byte[]>> records)
      throws LogUnavailableException {
    for (ConsumerRecord<String, byte[]> record : records) {
      NoticeRequested notice = parse(record);
      boolean last = record == records.getLast();
      if (notice == null || notice.getKind() != NoticeKind.KEEP_CONTENT) {
        if (last) {
          answers.commit(member, null, partition, record.offset() + 1);
        }
        continue;
      }
      Result result = keep(accepted, notice, partition, record.offset());
      if (result.answer() != null) {
        beforeAnswer.run();
      }
      answers.commit(member, result.answer(), partition, record.offset() + 1);
      observer.accept(result.kept());
    }
  }

  private record Result(KeepResult kept, @Nullable OutcomeRecorded answer) {}

  private Result keep(
      AcceptedMessages accepted, NoticeRequested notice, TopicPartition partition, long offset)
      throws LogUnavailableException {
    String queueId = notice.getQueueId();
    MessageAccepted message =
        accepted.read(partition.partition(), notice.getAcceptedOffset(), queueId);
    if (message == null) {
      LOG.errorf("the content of %s cannot be kept: its envelope is not in Kafka", queueId);
      return new Result(KeepResult.GONE, null);
    }
    List<ContentSegment> content = AcceptedContent.of(message, notice.getAcceptedOffset());
    if (content.stream().noneMatch(ContentSegment::hasReference)) {
      return new Result(KeepResult.NOTHING, null);
    }
    try {
      List<ContentSegment> moved = contents.keep(QueueId.parse(queueId), content);
      return new Result(KeepResult.COPIED, Answers.moved(notice, message, moved));
    } catch (ContentException e) {
      if (e.kind() == ContentException.Kind.UNAVAILABLE && !hopeless(partition, offset)) {
        throw new LogUnavailableException("the content of " + queueId + " cannot be read", e);
      }
      LOG.errorf(e, "the content of %s cannot be kept (%s)", queueId, e.kind());
      boolean gone = e.kind() == ContentException.Kind.GONE;
      return new Result(gone ? KeepResult.GONE : KeepResult.UNREADABLE, null);
    }
  }

  /** It was tried often and for long enough. */
  private boolean hopeless(TopicPartition partition, long offset) {
    Trouble before = trouble;
    long now = System.nanoTime();
    if (before == null || before.offset() != offset || !before.partition().equals(partition)) {
      before = new Trouble(partition, offset, now, 0);
    }
    trouble = new Trouble(partition, offset, before.since(), before.tries() + 1);
    return before.tries() >= TRIES && now - before.since() > GIVE_UP.toNanos();
  }

  private static @Nullable NoticeRequested parse(ConsumerRecord<String, byte[]> record) {
    try {
      if (record.value() == null) {
        throw new IllegalArgumentException("it has no value");
      }
      NoticeRequested notice = NoticeRequested.parseFrom(record.value());
      if (QueueId.parse(notice.getQueueId()).partition() != record.partition()) {
        throw new IllegalArgumentException("its queue id is of another partition");
      }
      return notice;
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      LOG.errorf(
          e,
          "the notice at %s-%d offset %d is unreadable",
          record.topic(),
          record.partition(),
          record.offset());
      return null;
    }
  }

  private Properties properties() {
    Properties properties = settings.consumer(ConsumerGroups.DELIVERY_KEEPER);
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MAX_POLL_RECORDS);
    properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES);
    properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 4 * FETCH_BYTES);
    properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, (int) POLL.toMillis());
    // The heartbeat's thread wakes as often, and nothing here is in a hurry.
    properties.put(ConsumerConfig.RETRY_BACKOFF_MS_CONFIG, 500);
    properties.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000);
    properties.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 2_000);
    // Between two polls lie the copies for all notices of one.
    properties.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, (int) LONGEST_COPY.toMillis());
    return properties;
  }
}
