package io.postern.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.contracts.ContractLevel;
import io.postern.contracts.Deployment;
import io.postern.lab.SharedBroker;
import io.postern.log.LogSettings;
import io.postern.log.asking.LossySender;
import io.postern.log.level.InstallationLevel;
import io.postern.log.rules.ContractLevels;
import io.postern.log.topics.TopicsSetup;
import io.quarkus.runtime.ShutdownEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Who starts on an installation whose contract level was raised. */
class ContractLevelAtStartTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final LogSettings log =
      new LogSettings(Map.of("bootstrap.servers", SharedBroker.empty().bootstrap()));
  private final LossySender sender = new LossySender(log);
  private final InstallationContract contract =
      new InstallationContract(log, sender, "test", "0.9");
  private final List<TopicsVerified> fired = new CopyOnWriteArrayList<>();

  @Test
  void aServiceThatReadsTheLevelStartsAndAnnouncesItselfUntilItStops() throws Exception {
    LogStart start = GrowingLogTest.start(log, contract, false, fired);
    await().atMost(PATIENCE).until(start::topicsVerified);
    assertThat(contract.problem()).isEmpty();
    assertThat(contract.writes(ContractLevel.READS + 1)).isFalse();
    InstallationLevel installation = new InstallationLevel(log);
    await().atMost(PATIENCE).until(() -> !installation.read().replicas().isEmpty());
    assertThat(installation.read().replicas())
        .singleElement()
        .matches(replica -> replica.service().equals("test") && replica.version().equals("0.9"))
        .extracting(ContractLevels.Replica::reads)
        .isEqualTo(ContractLevel.READS);

    start.stop(new ShutdownEvent());
    contract.stop(new ShutdownEvent());

    assertThat(installation.read().replicas()).isEmpty();
    sender.close();
  }

  @Test
  void aServiceThatDoesNotReadTheLevelWaitsAndSaysWhichVersionIsNeeded() throws Exception {
    TopicsSetup.createOrVerify(log, Deployment.singleNode(2));
    new InstallationLevel(log).raise(ContractLevel.READS + 1, "anna");
    LogStart start = GrowingLogTest.start(log, contract, false, fired);
    try {
      await()
          .atMost(PATIENCE)
          .until(() -> contract.problem().equals(ContractLevel.tooOld(ContractLevel.READS + 1)));
      InstallationLevel installation = new InstallationLevel(log);
      await().atMost(PATIENCE).until(() -> !installation.read().replicas().isEmpty());

      assertThat(fired).isEmpty();
      assertThat(start.topicsVerified()).isFalse();
      assertThat(ContractLevel.tooOld(3))
          .isEqualTo(
              "this version reads contract level 2, and the installation is at level 3: start a"
                  + " version that reads it");
    } finally {
      start.stop(new ShutdownEvent());
      contract.stop(new ShutdownEvent());
      sender.close();
    }
  }
}
