package io.postern.log.level;

import io.postern.contracts.Topics;
import io.postern.contracts.v1.ReplicaAnnounced;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.asking.LossySender;
import io.postern.log.reading.TopicFollower;
import io.postern.log.rules.ContractLevels;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Follows {@code contract.level} and {@code contract.replicas}, and announces this replica. Owns a
 * follower's thread; any thread calls the methods.
 */
public final class LevelTopics implements AutoCloseable {
  private static final Duration ANNOUNCE = Duration.ofSeconds(10);
  private static final Duration GOODBYE = Duration.ofSeconds(2);

  private final LossySender sender;
  private final ReplicaAnnounced self;
  private final ContractLevels levels = new ContractLevels();
  private final TopicFollower follower;
  private final IntConsumer inForce;
  private final AtomicBoolean levelsRead = new AtomicBoolean();
  private final AtomicBoolean replicasRead = new AtomicBoolean();
  private volatile boolean announced;

  /**
   * @param self replica, service, version and the level that it reads
   * @param inForce takes the level after each record, on the follower's thread
   */
  public LevelTopics(
      LogSettings settings, LossySender sender, ReplicaAnnounced self, IntConsumer inForce) {
    this.sender = sender;
    this.self = self;
    this.inForce = inForce;
    follower = new TopicFollower(settings, "contract-level");
    follower.follow(Topics.CONTRACT_LEVEL, new Folded(levelsRead));
    follower.follow(Topics.CONTRACT_REPLICAS, new Folded(replicasRead));
  }

  /** Begins to read, once; the topics exist. */
  public void start() {
    follower.start();
  }

  public ContractLevels levels() {
    return levels;
  }

  /** Both topics were read to the end that they had at the start. */
  public boolean read() {
    return levelsRead.get() && replicasRead.get();
  }

  /**
   * Says that this replica is there, with what it reads and knows.
   *
   * @throws LogUnavailableException Kafka did not confirm it within 10 s
   */
  public void announce() throws LogUnavailableException, InterruptedException {
    announced = true;
    send(ANNOUNCE, false);
  }

  /** Says that this replica has ended its work, if it said that it is there. */
  public void goodbye() {
    if (!announced) {
      return;
    }
    try {
      send(GOODBYE, true);
    } catch (LogUnavailableException e) {
      return; // it is forgotten later
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void send(Duration patience, boolean stops)
      throws LogUnavailableException, InterruptedException {
    sender.sendNow(
        Topics.CONTRACT_REPLICAS,
        self.getReplica(),
        self.toBuilder().setInForce(levels.inForce()).setStops(stops).build(),
        patience);
  }

  @Override
  public void close() {
    follower.close();
  }

  /** Of one of the topics. What is known stays when it is read again. */
  private final class Folded implements TopicFollower.View {
    private final AtomicBoolean read;

    Folded(AtomicBoolean read) {
      this.read = read;
    }

    @Override
    public void begin() {
      read.set(false);
    }

    @Override
    public void take(ConsumerRecord<String, byte @Nullable []> record) {
      InstallationLevel.take(levels, record);
      inForce.accept(levels.inForce());
    }

    @Override
    public void complete() {
      read.set(true);
    }
  }
}
