package io.postern.log.rules.model;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * An idempotent producer: one batch a partition is on its way, and one that expired may still be
 * written.
 */
final class Producer {
  final Replica owner;
  final Map<Log<?>, Deque<Batch<?>>> queues = new LinkedHashMap<>();
  boolean closed;

  Producer(Replica owner) {
    this.owner = owner;
  }

  static final class Batch<T> {
    final Producer producer;
    final Log<T> log;
    final T value;
    final IntConsumer acknowledged;
    final Runnable failed;
    boolean appended;
    boolean lost;
    int offset = -1;
    long notBefore;

    Batch(Producer producer, Log<T> log, T value, IntConsumer acknowledged, Runnable failed) {
      this.producer = producer;
      this.log = log;
      this.value = value;
      this.acknowledged = acknowledged;
      this.failed = failed;
    }

    void append() {
      offset = log.append(value);
      appended = true;
    }
  }

  <T> void send(Log<T> log, T value, IntConsumer acknowledged, Runnable failed) {
    queues
        .computeIfAbsent(log, l -> new ArrayDeque<>())
        .add(new Batch<>(this, log, value, acknowledged, failed));
  }

  boolean idle() {
    return queues.isEmpty();
  }

  int queued(Log<?> log) {
    Deque<Batch<?>> queue = queues.get(log);
    return queue == null ? 0 : queue.size();
  }

  /** Records on the network may still be written. */
  List<Batch<?>> close() {
    closed = true;
    List<Batch<?>> onTheWay = new ArrayList<>();
    for (Deque<Batch<?>> queue : queues.values()) {
      Batch<?> head = queue.peek();
      if (head != null && !head.appended) {
        onTheWay.add(head);
      }
    }
    queues.clear();
    return onTheWay;
  }
}
