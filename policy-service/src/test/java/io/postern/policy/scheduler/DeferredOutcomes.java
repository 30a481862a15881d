package io.postern.policy.scheduler;

import io.postern.contracts.Owner;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.OutcomeId;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.OutcomeWriter;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.RemoteReply;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.log.LogSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Fills a schedule for measurements: deferred outcomes of mail that was never accepted, to 500
 * destinations. As a program, into the log of a stack that runs without other mail: BOOTSTRAP
 * NUMBER.
 */
public final class DeferredOutcomes {
  private DeferredOutcomes() {}

  public static void main(String[] args) throws Exception {
    LogSettings settings = new LogSettings(Map.of("bootstrap.servers", args[0]));
    write(settings, Integer.parseInt(args[1]), owners(settings));
  }

  /** Of each partition the owner in force: others' outcomes count for nothing. */
  private static List<Owner> owners(LogSettings settings) throws Exception {
    try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(settings.reader(false))) {
      List<Owner> owners = new ArrayList<>();
      int partitions = consumer.partitionsFor(Topics.MAIL_OUTCOMES).size();
      for (int number = 0; number < partitions; number++) {
        TopicPartition partition = new TopicPartition(Topics.MAIL_OUTCOMES, number);
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
        Owner owner = null;
        while (consumer.position(partition) < end) {
          for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
            OutcomeRecorded outcome = OutcomeRecorded.parseFrom(record.value());
            if (outcome.getPartitionTaken()) {
              owner = Owner.of(outcome.getOwner());
            }
          }
        }
        if (owner == null) {
          throw new IllegalStateException("nobody has taken " + partition);
        }
        owners.add(owner);
      }
      return owners;
    }
  }

  /**
   * @param owners of each partition
   */
  static void write(LogSettings settings, int entries, List<Owner> owners) {
    Properties properties = settings.producer();
    properties.put("linger.ms", 5);
    properties.put("max.block.ms", 60_000);
    long now = System.currentTimeMillis();
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(properties)) {
      for (int i = 0; i < entries; i++) {
        QueueId queueId = QueueId.next(i % owners.size());
        var unused =
            producer.send(
                new ProducerRecord<>(
                    Topics.MAIL_OUTCOMES,
                    queueId.partition(),
                    queueId.value(),
                    deferred(i, queueId, owners.get(queueId.partition()), now).toByteArray()));
      }
    }
  }

  private static OutcomeRecorded deferred(int number, QueueId queueId, Owner owner, long now) {
    return OutcomeRecorded.newBuilder()
        .setId(OutcomeId.newBuilder().setIncarnation("measurement").setNumber(number))
        .setWriter(OutcomeWriter.WRITER_DELIVERY)
        .setOwner(owner.message())
        .setQueueId(queueId.value())
        .setDeliveryId(queueId + "/1/0")
        .setAttempt(1)
        .setOrganization("contoso")
        .setConnector("To Fabrikam")
        .setRequirement(
            TlsRequirement.newBuilder()
                .setLevel(TlsLevel.DOMAIN_VALIDATION)
                .setTlsDomain("mail.fabrikam.example")
                .setRevocation(RevocationMode.REVOCATION_REQUIRED))
        .setRoute("mx:fabrikam" + number % 500 + ".example")
        .setAcceptedOffset(number)
        .setAcceptedMillis(now)
        .setExpiresMillis(now + Duration.ofDays(1).toMillis())
        .setAtMillis(now)
        .addRecipients(
            RecipientOutcome.newBuilder()
                .setKind(OutcomeKind.DEFERRED)
                .setReason("remote-4xx")
                .setReply(
                    RemoteReply.newBuilder()
                        .setCode(451)
                        .setText("4.7.1 try again later, please, we are very busy")))
        .build();
  }
}
