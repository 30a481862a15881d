package io.postern.policy.partner;

import com.google.protobuf.ByteString;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ChainKeeping;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.PresentedChain;
import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import io.postern.log.reading.ConsumerThread;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;

/**
 * The sessions of ingress-service from now on: each accepted message and each refusal, as the log
 * has them, with the names of the client's certificate. A chain is recorded once a day, so those of
 * the last day are read first; one that comes behind its refusal is waited for. After a failure it
 * goes on where it was. A thread of its own, from its start to its close.
 */
final class SessionTail implements AutoCloseable {
  /** Takes the sessions, on the tail's thread. Does not block. */
  interface Taker {
    void accepted(MessageAccepted accepted, long millis);

    /**
     * @param names of the client's certificate, as far as they are known
     */
    void refused(MessageRefused refused, List<String> names, long millis);
  }

  /** A refusal whose chain has not come. */
  private record Waiting(MessageRefused refused, long millis, long endNanos) {}

  private static final Duration POLL = Duration.ofMillis(500); // a record ends it at once
  private static final Duration CHAINS = Duration.ofHours(25);
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final int MOST_WAITING = 200;

  private final Taker taker;
  private final OccasionalLog log = new OccasionalLog(SessionTail.class);
  private final CountDownLatch begun = new CountDownLatch(1);
  private final Map<TopicPartition, Long> positions =
      new HashMap<>(); // this and more: the thread's
  private final PresentedNames names = new PresentedNames();
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final ConsumerThread thread;

  SessionTail(LogSettings settings, Taker taker) {
    this.taker = taker;
    thread =
        new ConsumerThread(
            "watched-sessions",
            () -> new KafkaConsumer<>(settings.follower()),
            "sessions cannot be read",
            log,
            this::begin);
    thread.start();
  }

  /** Until it sees each session that ends from now on; false: the log is away. */
  boolean awaitBegun(Duration patience) throws InterruptedException {
    return begun.await(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  private ConsumerThread.Session begin(KafkaConsumer<String, byte[]> consumer) {
    List<TopicPartition> sessions = partitions(consumer, Topics.MAIL_ACCEPTED);
    sessions.addAll(partitions(consumer, Topics.MAIL_REFUSALS));
    List<TopicPartition> chains = partitions(consumer, Topics.CERTIFICATE_PRESENTED);
    List<TopicPartition> all = new ArrayList<>(sessions);
    all.addAll(chains);
    consumer.assign(all);
    Map<TopicPartition, Long> ends = consumer.endOffsets(all);
    sessions.forEach(each -> positions.putIfAbsent(each, ends.getOrDefault(each, 0L)));
    yesterday(consumer, chains, ends).forEach(positions::putIfAbsent);
    positions.forEach(consumer::seek);
    consumer.pause(sessions);
    while (chains.stream()
        .anyMatch(each -> consumer.position(each) < ends.getOrDefault(each, 0L))) {
      take(consumer);
    }
    consumer.resume(sessions);
    begun.countDown();
    return () -> {
      take(consumer);
      settle();
    };
  }

  private static List<TopicPartition> partitions(
      KafkaConsumer<String, byte[]> consumer, String topic) {
    return consumer.partitionsFor(topic).stream()
        .map(p -> new TopicPartition(p.topic(), p.partition()))
        .collect(Collectors.toCollection(ArrayList::new));
  }

  private static Map<TopicPartition, Long> yesterday(
      KafkaConsumer<String, byte[]> consumer,
      Collection<TopicPartition> chains,
      Map<TopicPartition, Long> ends) {
    long since = System.currentTimeMillis() - CHAINS.toMillis();
    Map<TopicPartition, OffsetAndTimestamp> found =
        consumer.offsetsForTimes(chains.stream().collect(Collectors.toMap(c -> c, c -> since)));
    Map<TopicPartition, Long> offsets = new HashMap<>();
    for (TopicPartition chain : chains) {
      OffsetAndTimestamp first = found.get(chain);
      offsets.put(
          chain, first == null ? ends.getOrDefault(chain, 0L) : Long.valueOf(first.offset()));
    }
    return offsets;
  }

  private void take(KafkaConsumer<String, byte[]> consumer) {
    for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
      positions.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
      try {
        take(record);
      } catch (IOException e) {
        log.warn(record.topic() + " offset " + record.offset() + " cannot be read", e);
      }
    }
  }

  private void take(ConsumerRecord<String, byte[]> record) throws IOException {
    switch (record.topic()) {
      case Topics.MAIL_ACCEPTED ->
          taker.accepted(MessageAccepted.parseFrom(record.value()), record.timestamp());
      case Topics.CERTIFICATE_PRESENTED -> names.take(PresentedChain.parseFrom(record.value()));
      default -> {
        MessageRefused refused = MessageRefused.parseFrom(record.value());
        boolean awaited =
            names.of(fingerprint(refused)) == null
                && refused.getSession().getChain() == ChainKeeping.CHAIN_KEPT
                && waiting.size() < MOST_WAITING;
        if (awaited) {
          waiting.add(
              new Waiting(refused, record.timestamp(), System.nanoTime() + PATIENCE.toNanos()));
        } else {
          pass(refused, record.timestamp());
        }
      }
    }
  }

  private static ByteString fingerprint(MessageRefused refused) {
    return refused.getSession().getTlsFacts().getPeerChainFingerprint();
  }

  private void pass(MessageRefused refused, long millis) {
    List<String> known = names.of(fingerprint(refused));
    taker.refused(refused, known == null ? List.of() : known, millis);
  }

  private void settle() {
    long now = System.nanoTime();
    waiting.removeIf(
        one -> {
          boolean over = names.of(fingerprint(one.refused())) != null || now - one.endNanos() > 0;
          if (over) {
            pass(one.refused(), one.millis());
          }
          return over;
        });
  }

  @Override
  public void close() {
    thread.close();
  }
}
