package io.postern.delivery.position;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.DeliveryPosition;
import io.postern.contracts.Deployment;
import io.postern.contracts.Owner;
import io.postern.contracts.Topics;
import io.postern.lab.SharedBroker;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.OccasionalLog;
import io.postern.log.rules.Lease;
import io.postern.log.topics.TopicsSetup;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A taker of many partitions reads each back as soon as the log can answer. */
class TakeoversTest {
  private static final int PARTITIONS = 48;

  /**
   * A fetch that waits for records at one partition's end would hold up the next partition: 0.5 s
   * each by Kafka's default, 24 s in all.
   */
  @Test
  void noPartitionWaitsForTheEndOfAnother() throws Exception {
    LogSettings settings =
        new LogSettings(Map.of("bootstrap.servers", SharedBroker.empty().bootstrap()));
    // So many partitions take a busy machine longer than one try; a service tries again, too.
    Awaitility.await("the topics")
        .atMost(Duration.ofMinutes(2))
        .ignoreExceptionsInstanceOf(LogUnavailableException.class)
        .untilAsserted(
            () -> TopicsSetup.createOrVerify(settings, Deployment.singleNode(PARTITIONS)));
    Takeovers takeovers = new Takeovers(settings);
    try (OutcomeLog log = new OutcomeLog(settings, new OccasionalLog(TakeoversTest.class))) {
      log.renew();
      for (int partition = 0; partition < PARTITIONS; partition++) {
        Owner owner = new Owner(0, 3, 1);
        log.send(OutcomeRecords.taken(partition, owner, false), owner);
        Awaitility.await().until(() -> log.poll() != null);
        takeovers.ask(new Takeovers.Request(work(partition), owner, 0, owner, 0));
      }
      takeovers.start();
      Set<Integer> read = new TreeSet<>();
      Awaitility.await()
          .atMost(Duration.ofSeconds(12))
          .pollInterval(Duration.ofMillis(10))
          .untilAsserted(
              () -> {
                for (Takeovers.Result result = takeovers.poll();
                    result != null;
                    result = takeovers.poll()) {
                  assertThat(result.deliveriesEnd()).isZero();
                  read.add(result.request().work().partition.partition());
                }
                assertThat(read).hasSize(PARTITIONS);
              });
    } finally {
      takeovers.close();
    }
  }

  private static PartitionWork work(int partition) {
    return new PartitionWork(
        new TopicPartition(Topics.MAIL_DELIVERIES, partition),
        DeliveryPosition.first(0),
        1,
        new Lease(System::nanoTime, System::nanoTime, Duration.ZERO));
  }
}
