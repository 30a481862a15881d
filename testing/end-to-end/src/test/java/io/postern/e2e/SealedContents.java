package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.ContractLevel;
import io.postern.contracts.Headers;
import io.postern.contracts.Topics;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.level.InstallationLevel;
import io.postern.log.reading.TopicScan;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/** The contract level at which small contents travel sealed, for a stack that has just begun. */
public final class SealedContents {
  private static final Duration PATIENCE = Duration.ofSeconds(180);

  private SealedContents() {}

  /**
   * Raises the level as soon as a service has made its topic: replicas that begin find it, others
   * look after two minutes.
   */
  public static void raise(LogSettings kafka) {
    Awaitility.await("the topic of the level")
        .atMost(PATIENCE)
        .ignoreExceptionsInstanceOf(LogUnavailableException.class)
        .untilAsserted(
            () -> new InstallationLevel(kafka).raise(ContractLevel.SEALED_CONTENTS, "the test"));
  }

  /** Contents were accepted in their envelopes' records. */
  public static void assertUsed(LogSettings kafka) throws Exception {
    AtomicInteger sealed = new AtomicInteger();
    try (TopicScan scan = new TopicScan(kafka, Duration.ofSeconds(20))) {
      scan.read(
          scan.partitions(Topics.MAIL_ACCEPTED),
          0,
          record ->
              sealed.addAndGet(
                  record.headers().lastHeader(Headers.SEALED_CONTENT) == null ? 0 : 1));
    }
    assertThat(sealed.get()).as("sealed contents").isPositive();
  }
}
