package io.postern.e2e.kills;

import static java.util.Objects.requireNonNull;

import io.postern.lab.BrokerNetwork;
import io.postern.lab.PowerCut;
import io.postern.lab.SlowDisk;
import io.postern.lab.SmallDisk;
import io.postern.lab.WatchedDisk;
import io.postern.programs.Brokers;
import io.postern.programs.KafkaBroker;
import io.postern.stack.StateFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.jspecify.annotations.Nullable;

/**
 * What is done to one of several brokers, each of which may be harmed by a thread of its own. What
 * takes a broker's data is the caller's to do to one at a time, when the others have all.
 */
final class BrokerHarms {
  /** A broker with an empty disk copies all of a long run. */
  private static final Duration WHOLE = Duration.ofMinutes(10);

  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final long LOOK_MILLIS = 200;

  /** A broker writes several times a second. */
  private static final Duration FULL = Duration.ofSeconds(60);

  /** Of each write and flush of a slow disk. */
  private static final long SLOW_MILLIS = 1_000;

  private final Brokers brokers;
  private final Map<String, String> client;
  private final Hosts hosts;
  private final SplittableRandom random;

  /**
   * Where brokers run.
   *
   * @param disks whose power may be lost, by the brokers' ids
   * @param small disks that may be filled; none where this machine does not let us
   * @param slow what tells each broker how slow its disk is ({@link SlowDisk})
   * @param network null: all are on one host
   */
  record Hosts(
      Map<Integer, WatchedDisk> disks,
      Map<Integer, SmallDisk> small,
      Map<Integer, Path> slow,
      @Nullable BrokerNetwork network)
      implements AutoCloseable {
    /** One host whose disk nothing happens to. */
    static final Hosts NONE = new Hosts(Map.of(), Map.of(), Map.of(), null);

    @Override
    public void close() {
      if (network != null) {
        network.close();
      }
      small.values().forEach(SmallDisk::close);
    }
  }

  BrokerHarms(Brokers brokers, Map<String, String> client, Hosts hosts, SplittableRandom random) {
    this.brokers = brokers;
    this.client = client;
    this.hosts = hosts;
    this.random = random;
  }

  int count() {
    return brokers.all().size();
  }

  /** Its name says its id. */
  KafkaBroker broker(String name) {
    return brokers.all().stream()
        .filter(broker -> Disruptions.broker(broker.id()).equals(name))
        .findFirst()
        .orElseThrow();
  }

  void harm(String name, Plan.Harm harm, Duration lasts) throws IOException, InterruptedException {
    KafkaBroker broker = broker(name);
    if (harm.cuts()) {
      cut(broker.id(), harm);
      try {
        Thread.sleep(lasts);
      } finally {
        requireNonNull(hosts.network()).mend();
      }
      return;
    }
    if (harm == Plan.Harm.FULL_DISK) {
      fill(broker, lasts);
      return;
    }
    if (harm == Plan.Harm.SLOW_DISK) {
      Path control = requireNonNull(hosts.slow().get(broker.id()));
      SlowDisk.delay(control, SLOW_MILLIS);
      try {
        Thread.sleep(lasts);
      } finally {
        Files.delete(control);
      }
      return;
    }
    if (harm.pauses()) {
      broker.pause();
      try {
        Thread.sleep(lasts);
      } finally {
        broker.resume();
      }
      return;
    }
    broker.kill();
    if (harm == Plan.Harm.LOST_POWER) {
      WatchedDisk disk = hosts.disks().get(broker.id());
      if (disk == null) {
        throw new IOException("the disk of " + name + " is not watched");
      }
      synchronized (random) {
        disk.cut(random, EnumSet.allOf(PowerCut.Tail.class));
      }
    } else if (harm == Plan.Harm.LOST_DISK) {
      StateFolder.remove(broker.data());
    }
    Thread.sleep(lasts);
    broker.restart();
  }

  /** Until it has ended by itself and for so long after that; then there is room again. */
  private void fill(KafkaBroker broker, Duration lasts) throws IOException, InterruptedException {
    SmallDisk disk = requireNonNull(hosts.small().get(broker.id()));
    boolean ended;
    try {
      long end = System.nanoTime() + FULL.toNanos();
      do {
        disk.fill(); // again: Kafka deletes files too
        Thread.sleep(LOOK_MILLIS);
        ended = !broker.isAlive();
      } while (!ended && System.nanoTime() - end < 0);
      Thread.sleep(lasts);
    } finally {
      disk.makeRoom();
    }
    broker.restart();
    if (!ended) {
      throw new IOException("it ran on for " + FULL.toSeconds() + " s with a full disk");
    }
  }

  private void cut(int id, Plan.Harm harm) throws IOException {
    BrokerNetwork network = requireNonNull(hosts.network());
    for (int other = BrokerNetwork.HERE; other <= count(); other++) {
      boolean services = other == BrokerNetwork.HERE;
      if (other != id && services == (harm == Plan.Harm.NO_SERVICES)) {
        network.cut(other, id);
        if (harm != Plan.Harm.DEAF) {
          network.cut(id, other);
        }
      }
    }
  }

  /** Stops it in order, which hands its partitions over, and starts it again. */
  void renew(String name) throws IOException, InterruptedException {
    broker(name).restart();
    awaitWhole();
  }

  /** The name of the broker that leads the controllers now; none where nobody says. */
  Optional<String> controller() throws InterruptedException {
    try (Admin admin = admin()) {
      int leader = get(admin.describeMetadataQuorum().quorumInfo()).leaderId();
      return Optional.of(Disruptions.broker(leader));
    } catch (IOException unknown) {
      return Optional.empty();
    }
  }

  /** Waits until each replica of each partition is in sync. */
  void awaitWhole() throws IOException, InterruptedException {
    long end = System.nanoTime() + WHOLE.toNanos();
    @Nullable String last = null;
    while (System.nanoTime() - end < 0) {
      try (Admin admin = admin()) {
        last = behind(admin);
        if (last == null) {
          return;
        }
      } catch (IOException away) {
        last = String.valueOf(away.getMessage());
      }
      Thread.sleep(LOOK_MILLIS);
    }
    throw new IOException("not whole after " + WHOLE.toSeconds() + " s: " + last);
  }

  /** For people: which broker runs, and a partition that is not whole. */
  String state() throws InterruptedException {
    Map<Integer, Boolean> alive = new TreeMap<>();
    brokers.all().forEach(broker -> alive.put(broker.id(), broker.isAlive()));
    try (Admin admin = admin()) {
      return "brokers that run "
          + alive
          + ", "
          + Objects.requireNonNullElse(behind(admin), "whole");
    } catch (IOException away) {
      return "brokers that run " + alive + ", " + away.getMessage();
    }
  }

  private static @Nullable String behind(Admin admin) throws IOException, InterruptedException {
    for (TopicDescription topic : topics(admin, true)) {
      for (TopicPartitionInfo partition : topic.partitions()) {
        if (partition.isr().size() < partition.replicas().size()) {
          return topic.name() + "-" + partition.partition() + " has " + partition.isr();
        }
      }
    }
    return null;
  }

  /** The next replica of each partition becomes its leader. */
  void moveLeaders() throws IOException, InterruptedException {
    try (Admin admin = admin()) {
      Map<TopicPartition, Optional<NewPartitionReassignment>> next = new HashMap<>();
      for (TopicDescription topic : topics(admin, false)) {
        for (TopicPartitionInfo partition : topic.partitions()) {
          next.put(
              new TopicPartition(topic.name(), partition.partition()),
              Optional.of(new NewPartitionReassignment(turned(partition))));
        }
      }
      get(admin.alterPartitionReassignments(next).all());
      // Those whose new leader is not in sync stay with their present one.
      get(admin.electLeaders(ElectionType.PREFERRED, next.keySet()).partitions());
    }
  }

  private static List<Integer> turned(TopicPartitionInfo partition) {
    List<Integer> ids = partition.replicas().stream().map(node -> node.id()).toList();
    List<Integer> turned = new ArrayList<>(ids.subList(1, ids.size()));
    turned.add(ids.getFirst());
    return turned;
  }

  private static Collection<TopicDescription> topics(Admin admin, boolean kafkasOwn)
      throws IOException, InterruptedException {
    ListTopicsOptions all = new ListTopicsOptions().listInternal(kafkasOwn);
    return get(admin.describeTopics(get(admin.listTopics(all).names())).allTopicNames()).values();
  }

  private Admin admin() {
    Map<String, Object> settings = new HashMap<>(client);
    settings.put("request.timeout.ms", "3000");
    settings.put("default.api.timeout.ms", "8000");
    return Admin.create(settings);
  }

  private static <T> T get(KafkaFuture<T> future) throws IOException, InterruptedException {
    try {
      return future.get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("the brokers do not answer: " + e.getMessage(), e);
    }
  }
}
