package io.postern.log.level;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ContractLevelRaised;
import io.postern.contracts.v1.ReplicaAnnounced;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.reading.TopicScan;
import io.postern.log.rules.ContractLevels;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * The installation's contract level for an operator: what the log says of it now, and its raise.
 * Each call reads the two topics from their beginning, a thousand records or so. Any thread; calls
 * block, 20 s at most.
 */
public final class InstallationLevel {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration CLOSE = Duration.ofSeconds(1);

  private final LogSettings settings;

  public InstallationLevel(LogSettings settings) {
    this.settings = settings;
  }

  /**
   * What was written before the call.
   *
   * @throws LogUnavailableException Kafka does not answer
   */
  public ContractLevels read() throws LogUnavailableException {
    ContractLevels levels = new ContractLevels();
    try (TopicScan scan = new TopicScan(settings, PATIENCE)) {
      for (String topic : List.of(Topics.CONTRACT_REPLICAS, Topics.CONTRACT_LEVEL)) {
        scan.readWhile(
            scan.partitions(topic),
            0,
            PATIENCE,
            record -> {
              take(levels, record);
              return true;
            });
      }
      return levels;
    } catch (KafkaException | TimeoutException e) {
      throw new LogUnavailableException("the contract level could not be read", e);
    }
  }

  private static void take(
      ContractLevels levels, ConsumerRecord<String, ? extends byte @Nullable []> record) {
    byte[] value = record.value();
    if (value == null) {
      return;
    }
    try {
      if (record.topic().equals(Topics.CONTRACT_LEVEL)) {
        levels.raised(ContractLevelRaised.parseFrom(value).getLevel());
      } else {
        levels.announced(ReplicaAnnounced.parseFrom(value), record.timestamp());
      }
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(
          "unreadable record in " + record.topic() + ", offset " + record.offset(), e);
    }
  }

  /**
   * Writes that a level is in force, whether it is already or not. The caller has asked for {@link
   * ContractLevels#hindrances}.
   *
   * @param by the operator
   * @throws LogUnavailableException Kafka did not confirm it: it may be in force or not
   */
  public void raise(int level, String by) throws LogUnavailableException, InterruptedException {
    ContractLevelRaised record = ContractLevelRaised.newBuilder().setLevel(level).setBy(by).build();
    KafkaProducer<String, byte[]> producer = new KafkaProducer<>(settings.producer());
    try {
      var unused =
          producer
              .send(
                  new ProducerRecord<>(
                      Topics.CONTRACT_LEVEL, Integer.toString(level), record.toByteArray()))
              .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      throw new LogUnavailableException("the contract level could not be written", e);
    } finally {
      producer.close(CLOSE);
    }
  }
}
