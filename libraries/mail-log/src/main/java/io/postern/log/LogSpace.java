package io.postern.log;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongUnaryOperator;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeLogDirsOptions;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.jboss.logging.Logger;

/**
 * Watch over the free space of the brokers' log folders: a broker whose disk is full halts, and
 * cannot start again before somebody makes room. Asks every 2 s, and every 250 ms while less than
 * twice the mark is free; an answer is 6 s old at most. One thread of its own; every method may be
 * called from any.
 *
 * <p>Below the mark of a folder the log is {@link State#CLOSED} to new mail, below half of it
 * {@link State#CRITICAL}; it opens when every folder of every broker has five quarters of its mark
 * free. A missing answer changes nothing for the better: the last known state stays. Before the
 * first answer that is {@link State#OPEN}, or a missing right would stop all mail. A broker that
 * was taken out counts as missing until it is unregistered (kafka-cluster.sh unregister).
 *
 * <p>Rights: DESCRIBE of the cluster.
 */
public final class LogSpace implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(LogSpace.class);
  private static final Duration PERIOD = Duration.ofSeconds(2);
  private static final Duration NEAR_PERIOD = Duration.ofMillis(250);
  private static final int ANSWER_MILLIS = 2_000;
  private static final Duration CLOSE = Duration.ofSeconds(2);
  private static final String WHERE = " on the fullest broker disk";

  /** Acceptance of mail by the free space. */
  public enum State {
    OPEN,
    /** No new mail. */
    CLOSED,
    /** Nor the rest of messages under way. */
    CRITICAL
  }

  /**
   * @param freeBytes of the folder that has the least; -1: nobody has said yet
   * @param unknown why that is not known now, or not of all brokers; empty: it is
   */
  public record Reading(State state, long freeBytes, String unknown) {}

  /** A log folder's file system. */
  record Folder(long totalBytes, long freeBytes) {}

  /** A further question to the brokers, asked now and then with the same client. */
  @FunctionalInterface
  public interface Question {
    /** On the watch's thread, within seconds. A failure is the question's own to report. */
    void ask(Admin admin) throws InterruptedException;
  }

  private record Answers(List<Folder> folders, String missing) {}

  private final LogSettings settings;
  private final LongUnaryOperator mark;
  private final Question further;
  private final OccasionalLog trouble = new OccasionalLog(LogSpace.class);
  private final Thread thread = Thread.ofPlatform().daemon().name("log-space").unstarted(this::run);
  private volatile Reading reading = new Reading(State.OPEN, -1, "not queried yet");
  private volatile boolean closed;

  /**
   * @param mark bytes that must be free of a file system of so many bytes
   */
  public LogSpace(LogSettings settings, LongUnaryOperator mark) {
    this(settings, mark, _ -> {});
  }

  /**
   * @param further is asked after each look
   */
  public LogSpace(LogSettings settings, LongUnaryOperator mark, Question further) {
    this.settings = settings;
    this.mark = mark;
    this.further = further;
  }

  /**
   * The larger of both, but a quarter of the file system at most: a small one would never be open.
   */
  public static LongUnaryOperator mark(long leastBytes, int leastPercent) {
    return total -> Math.min(total / 4, Math.max(leastBytes, total / 100 * leastPercent));
  }

  /** Begins to ask. Does not wait. Once. */
  public void start() {
    thread.start();
  }

  public State state() {
    return reading.state();
  }

  public Reading reading() {
    return reading;
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      if (thread.getState() != Thread.State.NEW) {
        thread.join(CLOSE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (!closed) {
      try {
        Admin admin = Admin.create(settings.admin());
        try (var closing = ClosingClients.closing(admin)) {
          while (!closed) {
            Answers answers = ask(admin);
            note(answers);
            further.ask(admin);
            TimeUnit.NANOSECONDS.sleep((near(answers) ? NEAR_PERIOD : PERIOD).toNanos());
          }
        }
      } catch (InterruptedException e) {
        closed = true;
      } catch (RuntimeException failed) {
        note(new Answers(List.of(), String.valueOf(failed)));
        pause();
      }
    }
  }

  private boolean near(Answers answers) {
    return answers.folders().stream()
        .anyMatch(f -> f.freeBytes() / 2 < mark.applyAsLong(f.totalBytes()));
  }

  private void pause() {
    try {
      TimeUnit.NANOSECONDS.sleep(PERIOD.toNanos());
    } catch (InterruptedException e) {
      closed = true;
    }
  }

  private static Answers ask(Admin admin) throws InterruptedException {
    List<Folder> folders = new ArrayList<>();
    String missing = "";
    try {
      Collection<Node> nodes =
          answer(
              admin
                  .describeCluster(
                      new DescribeClusterOptions()
                          .timeoutMs(ANSWER_MILLIS)
                          .includeFencedBrokers(true))
                  .nodes());
      Map<Integer, KafkaFuture<Map<String, LogDirDescription>>> answers =
          admin
              .describeLogDirs(
                  nodes.stream().filter(node -> !node.isFenced()).map(Node::id).toList(),
                  new DescribeLogDirsOptions().timeoutMs(ANSWER_MILLIS))
              .descriptions();
      for (Map.Entry<Integer, KafkaFuture<Map<String, LogDirDescription>>> broker :
          answers.entrySet()) {
        String why = add(broker.getValue(), folders);
        missing = why.isEmpty() ? missing : "broker " + broker.getKey() + ": " + why;
      }
      String away = away(nodes);
      missing = away.isEmpty() ? missing : away;
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      missing = why(e);
    }
    return new Answers(folders, missing);
  }

  /**
   * The brokers that have halted, and cannot say: Kafka names one as fenced until it is
   * unregistered. Empty: none.
   */
  static String away(Collection<Node> nodes) {
    return nodes.stream()
        .filter(Node::isFenced)
        .map(node -> "broker " + node.id() + " is unavailable")
        .collect(Collectors.joining(", "));
  }

  /** Empty, or why something is missing. */
  private static String add(
      KafkaFuture<Map<String, LogDirDescription>> answer, List<Folder> folders)
      throws InterruptedException {
    try {
      Map<String, LogDirDescription> described = answer(answer);
      String missing = described.isEmpty() ? "it names no log folder" : "";
      for (Map.Entry<String, LogDirDescription> folder : described.entrySet()) {
        LogDirDescription of = folder.getValue();
        if (of.totalBytes().isPresent() && of.usableBytes().isPresent()) {
          folders.add(new Folder(of.totalBytes().getAsLong(), of.usableBytes().getAsLong()));
        } else {
          missing =
              folder.getKey()
                  + (of.error() == null
                      ? " has no size"
                      : " is offline: " + of.error().getMessage());
        }
      }
      return missing;
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      return why(e);
    }
  }

  private static <T> T answer(KafkaFuture<T> future)
      throws InterruptedException, ExecutionException, TimeoutException {
    return future.get(ANSWER_MILLIS + 1_000L, TimeUnit.MILLISECONDS);
  }

  private static String why(Exception e) {
    return String.valueOf(e.getCause() == null ? e : e.getCause());
  }

  private void note(Answers answers) {
    Reading before = reading;
    boolean all = answers.missing().isEmpty();
    State state = state(before.state(), answers.folders(), all, mark);
    long free =
        answers.folders().stream().mapToLong(Folder::freeBytes).min().orElse(before.freeBytes());
    reading = new Reading(state, free, answers.missing());
    if (all) {
      trouble.over("the free space of the brokers' disks is known again");
    } else {
      trouble.warn(
          "the free space of the brokers' disks is unknown (%s), Kafka stays %s to new mail"
              .formatted(answers.missing(), state == State.OPEN ? "open" : "closed"),
          null);
    }
    if (state != before.state()) {
      log(state, free);
    }
  }

  private void log(State state, long free) {
    switch (state) {
      case OPEN ->
          LOG.infof("New mail is accepted again: %,d bytes are free in Kafka" + WHERE, free);
      case CLOSED ->
          LOG.warnf(
              "New mail is refused (452): %,d bytes are free in Kafka, free some space" + WHERE,
              free);
      case CRITICAL ->
          LOG.warnf(
              "New mail and messages in progress are refused (452): %,d bytes are free in Kafka, "
                  + "free some space"
                  + WHERE,
              free);
    }
  }

  /**
   * @param all each folder of each broker is among them
   */
  static State state(State before, List<Folder> folders, boolean all, LongUnaryOperator mark) {
    State worst = State.OPEN;
    for (Folder folder : folders) {
      State its = state(before, folder, mark.applyAsLong(folder.totalBytes()));
      worst = its.compareTo(worst) > 0 ? its : worst;
    }
    return all || worst.compareTo(before) > 0 ? worst : before;
  }

  private static State state(State before, Folder folder, long mark) {
    if (folder.freeBytes() < mark / 2) {
      return State.CRITICAL;
    }
    boolean closed =
        folder.freeBytes() < mark || (before != State.OPEN && folder.freeBytes() < mark / 4 * 5);
    return closed ? State.CLOSED : State.OPEN;
  }
}
