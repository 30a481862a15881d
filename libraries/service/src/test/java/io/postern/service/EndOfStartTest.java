package io.postern.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.lab.SharedBroker;
import io.quarkus.test.junit.main.LaunchResult;
import io.quarkus.test.junit.main.QuarkusMainLauncher;
import io.quarkus.test.junit.main.QuarkusMainTest;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
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

  @AfterEach
  void asUsual() {
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
    LOG.addHandler(
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            logged.add(line.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        });
    System.setProperty(SERVERS, SharedBroker.empty().bootstrap());
    System.setProperty(DEPLOYMENT, "cluster");
    assertThat(launcher.launch().exitCode()).isEqualTo(1);
    assertThat(logged).singleElement().asString().contains("Kafka's topic __consumer_offsets");
  }

  private static void assertOneSentence(LaunchResult ended, String sentence) {
    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.getErrorStream()).containsExactly(sentence);
    assertThat(ended.getOutput()).doesNotContain("Exception");
  }
}
