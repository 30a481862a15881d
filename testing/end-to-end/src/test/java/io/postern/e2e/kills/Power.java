package io.postern.e2e.kills;

import static java.util.Objects.requireNonNull;

import io.postern.lab.PowerCut;
import io.postern.lab.PowerCut.Tail;
import io.postern.lab.SlowDisk;
import io.postern.lab.WatchedDisk;
import io.postern.programs.Brokers;
import io.postern.stack.LocalStack;
import io.postern.stack.Processes;
import io.postern.stack.Replica;
import io.postern.stack.Service;
import io.postern.stack.StateFolder;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * The power of the machine on which a stack runs. A cut ends broker and services at once (SIGKILL),
 * cuts the log back to what was flushed ({@link PowerCut}) and spoils what the services keep on
 * disk for themselves. Senders and peers are other machines: they keep theirs. Owner: one thread at
 * a time.
 */
final class Power {
  private static final Set<Tail> LOST = EnumSet.of(Tail.DROPPED);
  private static final Set<Tail> ANY = EnumSet.allOf(Tail.class);
  private static final int LONGEST_SLOWNESS_MILLIS = 1_000;
  private static final int LONGEST_START_MILLIS = 8_000;

  private final StateFolder state;
  private final Map<Integer, WatchedDisk> disks;
  private final Path slow;

  /**
   * @param state of the stack
   * @param notes on the same file system
   * @param brokers all of which lose it at once
   */
  Power(Path state, Path notes, int brokers) {
    this.state = new StateFolder(state);
    this.disks = disks(this.state, notes, brokers);
    this.slow = notes.resolve("slow");
  }

  /** What is watched of each broker, by its id. */
  static Map<Integer, WatchedDisk> disks(StateFolder state, Path notes, int brokers) {
    Map<Integer, WatchedDisk> disks = new TreeMap<>();
    for (int id = 1; id <= brokers; id++) {
      Path data = Brokers.folder(state.broker(), id).resolve("data");
      disks.put(id, new WatchedDisk(data, notes.resolve(Integer.toString(id))));
    }
    return disks;
  }

  /** The same processes, with brokers that flush each append, and whose flushes are noted. */
  Processes watched(Processes processes) {
    Processes watched = watched(processes.brokers(disks.size()), disks);
    return watched.broker(watched.broker().withMore(SlowDisk.jvmOptions(slow)).withFlushes());
  }

  /** With brokers whose flushes are noted. */
  static Processes watched(Processes processes, Map<Integer, WatchedDisk> disks) {
    return processes.broker(
        processes
            .broker()
            .with(Power::soonInManyFiles)
            .withJvmOfNode(id -> requireNonNull(disks.get(id)).jvmOptions()));
  }

  /** What else takes hours and gigabytes: new segments, checkpoints, snapshots of metadata. */
  private static void soonInManyFiles(Properties broker) {
    broker.setProperty("log.segment.bytes", "4194304");
    broker.setProperty("offsets.topic.segment.bytes", "1048576");
    broker.setProperty("transaction.state.log.segment.bytes", "1048576");
    broker.setProperty("log.flush.offset.checkpoint.interval.ms", "3000");
    broker.setProperty("log.flush.start.offset.checkpoint.interval.ms", "3000");
    broker.setProperty("metadata.log.max.record.bytes.between.snapshots", "20000");
  }

  /**
   * Cuts it and starts everything again; who wants to know asks for readiness. One time in four the
   * broker was killed alone shortly before, and one time in four the power goes again while
   * everything starts.
   *
   * @return of the last cut
   */
  PowerCut.Losses cutAndBack(LocalStack stack, RandomGenerator random)
      throws IOException, InterruptedException {
    int before = random.nextInt(4);
    if (before == 0) {
      stack.brokers().kill();
      stack.brokers().restart();
    }
    PowerCut.Losses losses = cut(stack, random);
    back(stack);
    if (before == 1) {
      TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_START_MILLIS));
      losses = cut(stack, random);
      back(stack);
    }
    return losses;
  }

  /** At once or after some moments with a slow disk, in which much waits for its flush. */
  private PowerCut.Losses cut(LocalStack stack, RandomGenerator random)
      throws IOException, InterruptedException {
    try {
      if (random.nextBoolean()) {
        SlowDisk.delay(slow, random.nextInt(5, 400));
        TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_SLOWNESS_MILLIS));
      }
      off(stack, random.nextBoolean());
    } finally {
      Files.deleteIfExists(slow);
    }
    spoilServices(stack, random);
    return noted(cut(random, random.nextInt(3) == 0 ? LOST : ANY));
  }

  /** The harshest cut of the log: no byte without a completed flush is left. */
  PowerCut.Losses cutToTheFlushed(LocalStack stack, RandomGenerator random)
      throws IOException, InterruptedException {
    off(stack, true);
    return noted(cut(random, LOST));
  }

  private PowerCut.Losses cut(RandomGenerator random, Set<Tail> tails) throws IOException {
    PowerCut.Losses losses = PowerCut.Losses.NONE;
    for (WatchedDisk disk : disks.values()) {
      losses = losses.and(disk.cut(random, tails));
    }
    return losses;
  }

  /** What happened to which file goes to the stack's logs. */
  private PowerCut.Losses noted(PowerCut.Losses losses) throws IOException {
    List<String> lines = new ArrayList<>(losses.details());
    lines.addFirst("--- power cut at " + Instant.now());
    Files.write(
        state.logs().resolve("power-cuts.log"),
        lines,
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    return losses;
  }

  /** Nobody ends in order, and nearly at once. */
  private static void off(LocalStack stack, boolean brokerFirst) throws InterruptedException {
    if (brokerFirst) {
      stack.brokers().kill();
    }
    stack.replicas().forEach(replica -> replica.process().kill());
    if (!brokerFirst) {
      stack.brokers().kill();
    }
    for (Replica replica : stack.replicas()) {
      replica.process().killAndWait();
    }
  }

  private static void back(LocalStack stack) {
    stack.brokers().restart();
    stack.replicas().forEach(replica -> replica.process().start());
  }

  /**
   * Nobody notes their flushes. RocksDB's files may be there or gone, as Streams believes none that
   * was not closed; a list that was fetched may be there, gone or broken.
   */
  private void spoilServices(LocalStack stack, RandomGenerator random) throws IOException {
    for (Replica replica : stack.replicas()) {
      if (replica.service() == Service.POLICY && random.nextBoolean()) {
        empty(state.schedule(replica.number()));
      }
      if (replica.service() == Service.CERTIFICATE) {
        breakFiles(state.revocationCache(replica.number()), random);
      }
    }
  }

  private static void breakFiles(Path folder, RandomGenerator random) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        switch (random.nextInt(4)) {
          case 0 -> Files.delete(file);
          case 1 -> cut(file, random.nextLong(Files.size(file) + 1), Files.size(file));
          case 2 -> cut(file, random.nextLong(Files.size(file) + 1), 0);
          default -> {}
        }
      }
    }
  }

  /** Zeros from there on where the file keeps a length. */
  private static void cut(Path file, long from, long length) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.setLength(from);
      open.setLength(Math.max(from, length));
    }
  }

  private static void empty(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        if (!file.equals(folder)) {
          Files.delete(file);
        }
      }
    }
  }
}
