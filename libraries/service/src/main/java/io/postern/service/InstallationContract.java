package io.postern.service;

import io.postern.contracts.ContractLevel;
import io.postern.contracts.v1.ReplicaAnnounced;
import io.postern.log.LogSettings;
import io.postern.log.asking.LossySender;
import io.postern.log.level.LevelTopics;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The installation's contract level (docs/design/the-log.md, "Contract level"), for each service
 * without a line of its own: this replica looks at its start, 10 s later and then every 2 minutes,
 * announces what it reads each time, and when it stops. Its start waits while the level is above
 * that, not ready; a level that is raised above it later ends the process, which waits when it is
 * started again. Any thread.
 */
@Singleton
public class InstallationContract {
  /** Versions change at starts: a level that was raised during this one is seen soon. */
  private static final Duration AFTER_START = Duration.ofSeconds(10);

  /** Several times in the 15 minutes after which a silent replica is not waited for. */
  private static final Duration ANNOUNCED_EVERY = Duration.ofMinutes(2);

  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

  private final LevelTopics topics;
  private final Every every =
      new Every(
          InstallationContract.class,
          "contract-level",
          "the contract level was not read, or what this replica reads not announced; will be retried");
  private boolean announced; // by the thread of every
  private boolean working; // guarded by this
  private boolean ending; // the same

  /**
   * @param service its name for people
   * @param version of the program, for people
   */
  InstallationContract(
      LogSettings settings,
      LossySender sender,
      @ConfigProperty(name = "quarkus.application.name") String service,
      @ConfigProperty(name = "quarkus.application.version", defaultValue = "") String version) {
    topics =
        new LevelTopics(
            settings,
            sender,
            ReplicaAnnounced.newBuilder()
                .setReplica(ReplicaName.ofProcess())
                .setService(service)
                .setVersion(version)
                .setReads(ContractLevel.READS)
                .build());
  }

  /** Whether this version may write what belongs to a level. */
  public boolean writes(int level) {
    return topics.levels().writes(level);
  }

  /** Begins to look and to announce, once; the topics exist. */
  void begin() {
    every.pace(
        AFTER_FAILURE,
        () -> {
          topics.look();
          inForce(topics.levels().inForce());
          topics.announce();
          Duration next = announced ? ANNOUNCED_EVERY : AFTER_START;
          announced = true;
          return next;
        });
  }

  /**
   * Why the service must not work; empty: it may, and from now on a level above what it reads ends
   * the process.
   */
  synchronized String mayWork() {
    String problem = problem();
    working |= problem.isEmpty();
    return problem;
  }

  /** Both topics were read: what {@link #mayWork} says is no matter of waiting for Kafka. */
  boolean isRead() {
    return topics.read();
  }

  /** For health, why the service does not work or ends; empty: it reads the level in force. */
  synchronized String problem() {
    int level = topics.levels().inForce();
    if (level > ContractLevel.READS) {
      return ContractLevel.tooOld(level);
    }
    return working || topics.read() ? "" : "the contract level is not read from Kafka yet";
  }

  private synchronized void inForce(int level) {
    if (working && !ending && level > ContractLevel.READS) {
      ending = true;
      LogStart.end(ContractLevel.tooOld(level));
    }
  }

  /** Behind all that the service stops. */
  void stop(@Observes @Priority(Interceptor.Priority.PLATFORM_AFTER) ShutdownEvent event) {
    every.close();
    topics.goodbye();
  }
}
