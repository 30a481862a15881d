package io.postern.policy.directory;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.DirectoryCommand;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.DirectoryResult;
import io.postern.log.ClosingClients;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * The way in for commands: a call writes one and waits for the owner's answer. Each call has
 * clients of its own: an administrator's change is rare, and no client then outlives a broken
 * broker. Any thread that may block, for its patience and 2 s in which the clients close; four
 * calls at a time, and one of an organization ({@link Turns}), others wait within their patience.
 */
@Singleton
public final class DirectoryCommands {
  private static final int AT_A_TIME = 4;
  private static final Duration CLOSE = Duration.ofSeconds(1);

  private final LogSettings settings;
  private final ChangeRates rates;
  private final Semaphore places = new Semaphore(AT_A_TIME, true);
  private final Turns turns = new Turns();

  DirectoryCommands(LogSettings settings, ChangeRates rates) {
    this.settings = settings;
    this.rates = rates;
  }

  /**
   * @throws LogUnavailableException when the command could not be written: it may be sent again
   *     with the same id
   * @throws TimeoutException when no answer came in time: the command may still be carried out
   */
  public DirectoryResult submit(DirectoryCommand command, Duration patience)
      throws LogUnavailableException, TimeoutException {
    if (command.getSerializedSize() > DirectoryOwner.MAX_RECORD_BYTES) {
      return DirectoryResult.newBuilder()
          .setCommandId(command.getCommandId())
          .addProblems(
              CommandJudge.problem(
                  "",
                  "",
                  "the change has " + command.getSerializedSize() + " bytes",
                  "make it in several steps, each within 1 MB"))
          .build();
    }
    Optional<DirectoryProblem> soon = tooSoon(command);
    if (soon.isPresent()) {
      return DirectoryResult.newBuilder()
          .setCommandId(command.getCommandId())
          .addProblems(soon.get())
          .build();
    }
    long deadline = System.nanoTime() + patience.toNanos();
    try (Turns.Turn turn = turns.await(organization(command), patience.toNanos())) {
      if (turn == null || !places.tryAcquire(left(deadline).toNanos(), TimeUnit.NANOSECONDS)) {
        throw new LogUnavailableException("too many changes at a time", null);
      }
      try {
        return exchange(command, deadline);
      } finally {
        places.release();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LogUnavailableException("interrupted", e);
    } catch (KafkaException e) {
      throw new LogUnavailableException("Kafka did not accept the change", e);
    }
  }

  /** What the owner would refuse is in the topic by then, for a week. */
  private Optional<DirectoryProblem> tooSoon(DirectoryCommand command) {
    return command.getByOperator()
        ? Optional.empty()
        : rates.count(
            ChangeRates.of(command), command.hasRecipients() ? 0 : 1, command.getSerializedSize());
  }

  /** One of them where there are several: who has two organizations has no more turns. */
  private static String organization(DirectoryCommand command) {
    return command.hasRecipients()
        ? command.getRecipients().getOrganization()
        : CommandJudge.organizations(command).stream().min(Comparator.naturalOrder()).orElse("");
  }

  private DirectoryResult exchange(DirectoryCommand command, long deadline)
      throws LogUnavailableException, TimeoutException {
    TopicPartition results = new TopicPartition(Topics.DIRECTORY_RESULTS, 0);
    Properties properties = settings.reader(true);
    // A consumer's close waits for the fetch that is under way.
    properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 50);
    KafkaConsumer<String, byte[]> reader = new KafkaConsumer<>(properties);
    try (var closing = ClosingClients.closing(reader)) {
      reader.assign(List.of(results));
      long end = reader.endOffsets(List.of(results), left(deadline)).getOrDefault(results, 0L);
      reader.seek(results, end);
      write(command, deadline);
      while (System.nanoTime() - deadline < 0) {
        for (ConsumerRecord<String, byte[]> record : reader.poll(Duration.ofMillis(100))) {
          if (command.getCommandId().equals(record.key())) {
            return DirectoryResult.parseFrom(record.value());
          }
        }
      }
      throw new TimeoutException("no response from the owner of the directory");
    } catch (InvalidProtocolBufferException e) {
      throw new LogUnavailableException("the response of the owner is unreadable", e);
    }
  }

  private void write(DirectoryCommand command, long deadline) throws LogUnavailableException {
    Properties properties = settings.producer();
    properties.merge(
        ProducerConfig.MAX_BLOCK_MS_CONFIG,
        (int) left(deadline).toMillis(),
        (usual, left) -> Math.min((int) usual, (int) left));
    KafkaProducer<String, byte[]> producer = new KafkaProducer<>(properties);
    try {
      producer
          .send(
              new ProducerRecord<>(
                  Topics.DIRECTORY_COMMANDS, 0, command.getCommandId(), command.toByteArray()))
          .get(left(deadline).toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new LogUnavailableException("Kafka did not accept the change", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LogUnavailableException("interrupted", e);
    } finally {
      producer.close(CLOSE);
    }
  }

  private static Duration left(long deadline) {
    return Duration.ofNanos(Math.max(1_000_000, deadline - System.nanoTime()));
  }
}
