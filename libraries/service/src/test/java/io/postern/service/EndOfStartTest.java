package io.postern.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.ContractLevel;
import io.postern.lab.SharedBroker;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.level.InstallationLevel;
import io.quarkus.test.junit.main.LaunchResult;
import io.quarkus.test.junit.main.QuarkusMainLauncher;
import io.quarkus.test.junit.main.QuarkusMainTest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What ends a service at its start, with exit code 1. */
@QuarkusMainTest
@Timeout(120)
class EndOfStartTest {
  private static final Logger LOG = Logger.getLogger(LogStart.class.getName());
  private static final String SERVERS = "kafka.bootstrap.servers";
  private static final String DEPLOYMENT = "postern.log.deployment";
  private static final String SESSIONS = "postern.further.sessions";

  private @Nullable Handler handler;

  @AfterEach
  void asUsual() {
    LOG.removeHandler(handler);
    for (String key : new String[] {SERVERS, DEPLOYMENT, SESSIONS}) {
      System.clearProperty(key);
    }
  }

  @Test
  void aWrongSettingOfTheService(QuarkusMainLauncher launcher) {
    System.setProperty(SERVERS, "localhost:1");
    System.setProperty(SESSIONS, "0");
    assertOneSentence(launcher.launch(), "postern.further.sessions is 0: write at least 1");
  }

  @Test
  void aWrongSettingOfTheLog(QuarkusMainLauncher launcher) {
    System.setProperty(SERVERS, "localhost:1");
    System.setProperty(DEPLOYMENT, "two-nodes");
    assertOneSentence(
        launcher.launch(),
        "postern.log.deployment is \"two-nodes\": write single-node, cluster or flushed-cluster");
  }

  @Test
  void aLinkToTheLogThatIsNotAllowed(QuarkusMainLauncher launcher) {
    System.setProperty(SERVERS, "log.example:9092");
    assertOneSentence(
        launcher.launch(),
        "kafka.security.protocol is PLAINTEXT and log.example:9092 is not on this machine: write SSL,"
            + " with kafka.ssl.keystore.* and kafka.ssl.truststore.*");
  }

  /** One broker is no cluster. */
  @Test
  void topicsThatAreWeakerThanDeclared(QuarkusMainLauncher launcher) {
    List<String> logged = new CopyOnWriteArrayList<>();
    onLine(logged::add);
    System.setProperty(SERVERS, SharedBroker.empty().bootstrap());
    System.setProperty(DEPLOYMENT, "cluster");
    assertThat(launcher.launch().exitCode()).isEqualTo(1);
    assertThat(logged).singleElement().asString().contains("Kafka's topic __consumer_offsets");
  }

  /** At its next start it waits ({@link ContractLevelAtStartTest}). */
  @Test
  void aContractLevelThatIsRaisedAboveIt(QuarkusMainLauncher launcher) {
    String servers = SharedBroker.empty().bootstrap();
    List<String> logged = new CopyOnWriteArrayList<>();
    onLine(
        line -> {
          logged.add(line);
          if (line.equals("The topics in Kafka are verified")) {
            raise(new LogSettings(Map.of("bootstrap.servers", servers)));
          }
        });
    System.setProperty(SERVERS, servers);

    assertThat(launcher.launch().exitCode()).isEqualTo(1);

    assertThat(logged).contains(ContractLevel.tooOld(ContractLevel.READS + 1));
  }

  private static void raise(LogSettings log) {
    try {
      new InstallationLevel(log).raise(ContractLevel.READS + 1, "anna");
    } catch (LogUnavailableException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void onLine(Consumer<String> lines) {
    handler =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            lines.accept(line.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    LOG.addHandler(handler);
  }

  private static void assertOneSentence(LaunchResult ended, String sentence) {
    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.getErrorStream()).containsExactly(sentence);
    assertThat(ended.getOutput()).doesNotContain("Exception");
  }
}
