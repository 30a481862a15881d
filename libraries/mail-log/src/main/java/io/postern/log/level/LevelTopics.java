package io.postern.log.level;

import io.postern.contracts.Topics;
import io.postern.contracts.v1.ReplicaAnnounced;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.asking.LossySender;
import io.postern.log.rules.ContractLevels;
import java.time.Duration;

/**
 * What one replica knows of the contract level, and announces. It looks when it is asked to: a
 * follower would be one more Kafka client of each service (decision 96), for a number that changes
 * once in years. Any thread.
 */
public final class LevelTopics {
  private static final Duration ANNOUNCE = Duration.ofSeconds(10);
  private static final Duration GOODBYE = Duration.ofSeconds(2);

  private final InstallationLevel installation;
  private final LossySender sender;
  private final ReplicaAnnounced self;
  private final ContractLevels levels = new ContractLevels();
  private volatile boolean read;
  private volatile boolean announced;

  /**
   * @param self replica, service, version and the level that it reads
   */
  public LevelTopics(LogSettings settings, LossySender sender, ReplicaAnnounced self) {
    this.installation = new InstallationLevel(settings);
    this.sender = sender;
    this.self = self;
  }

  /**
   * Reads the level that is in force now.
   *
   * @throws LogUnavailableException Kafka does not answer; what was known stays
   */
  public void look() throws LogUnavailableException {
    levels.raised(installation.read().inForce());
    read = true;
  }

  public ContractLevels levels() {
    return levels;
  }

  /** The level was read once. */
  public boolean read() {
    return read;
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
}
