package io.postern.policy;

import com.google.protobuf.Parser;
import io.postern.contracts.Deployment;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.directory.DirectoryFile;
import io.postern.lab.SharedBroker;
import io.postern.log.LogSettings;
import io.postern.log.topics.TopicsSetup;
import io.postern.programs.KafkaBroker;
import io.postern.rules.Directory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A real broker with the topics in it, the shared one or one of its own, and hands to write and
 * read them. Owner: one test class.
 */
public final class LogLab implements AutoCloseable {
  public static final int PARTITIONS = 4;

  /** Two domains of their own, a partner by smart host. */
  public static final String FILE =
      """
      organizations:
      - id: contoso
        expiryHours: 48
        acceptedDomains:
        - { domain: contoso.example, mailboxRoute: { host: mailbox.contoso.example, port: 2401 } }
        - { domain: emea.contoso.example, mailboxRoute: { host: emea.contoso.example } }
        outboundConnectors:
        - name: To Fabrikam
          connectorType: partner
          recipientDomains: [fabrikam.example]
          smartHosts: [mail.fabrikam.example:2525]
          tlsSettings: domainValidation
          tlsDomain: mail.fabrikam.example
      """;

  private final KafkaBroker broker;
  private final boolean own;
  private final LogSettings settings;
  private final KafkaProducer<String, byte[]> producer;
  private final Map<String, Followed> followed = new HashMap<>();

  /** With a broker of its own, to be paused. */
  public LogLab(Path folder) throws Exception {
    this(KafkaBroker.start(folder, properties -> {}), true);
  }

  private LogLab(KafkaBroker broker, boolean own) throws Exception {
    this.broker = broker;
    this.own = own;
    settings = settings(broker.bootstrap());
    TopicsSetup.createOrVerify(settings, Deployment.singleNode(PARTITIONS));
    producer = new KafkaProducer<>(settings.producer());
  }

  public static LogLab shared() throws Exception {
    return new LogLab(SharedBroker.empty(), false);
  }

  public static LogSettings settings(String bootstrap) {
    return new LogSettings(Map.of("bootstrap.servers", bootstrap));
  }

  /** The file's directory, as version 7. */
  public static Directory directory(String file) {
    List<DirectoryObject> objects =
        DirectoryFile.parse(file.getBytes(StandardCharsets.UTF_8)).objects();
    Map<String, Long> routing = new HashMap<>();
    objects.forEach(object -> routing.put(DirectoryKeys.organizationOf(object), 5L));
    return Directory.of(objects, 7, routing);
  }

  public KafkaBroker broker() {
    return broker;
  }

  public LogSettings settings() {
    return settings;
  }

  public RecordMetadata write(String topic, int partition, String key, byte @Nullable [] value)
      throws Exception {
    return producer
        .send(new ProducerRecord<>(topic, partition, key, value))
        .get(10, java.util.concurrent.TimeUnit.SECONDS);
  }

  /** All committed records of a topic so far, by partition in the order of the log. */
  public synchronized List<ConsumerRecord<String, byte[]>> read(String topic) {
    return List.copyOf(followed.computeIfAbsent(topic, Followed::new).toEnd());
  }

  /** A topic that is read on each time from where it was left. */
  private final class Followed {
    private final KafkaConsumer<String, byte[]> reader = new KafkaConsumer<>(settings.reader(true));
    private final List<TopicPartition> partitions;
    private final List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();

    Followed(String topic) {
      partitions =
          reader.partitionsFor(topic).stream()
              .map(p -> new TopicPartition(topic, p.partition()))
              .toList();
      reader.assign(partitions);
      reader.seekToBeginning(partitions);
    }

    List<ConsumerRecord<String, byte[]>> toEnd() {
      Map<TopicPartition, Long> ends = reader.endOffsets(partitions);
      while (ends.entrySet().stream().anyMatch(e -> reader.position(e.getKey()) < e.getValue())) {
        reader.poll(Duration.ofMillis(50)).forEach(records::add);
      }
      return records;
    }
  }

  public <T> List<T> read(String topic, Parser<T> parser) {
    return read(topic).stream()
        .filter(record -> record.value() != null)
        .map(record -> parse(parser, record.value()))
        .toList();
  }

  public static <T> T parse(Parser<T> parser, byte[] bytes) {
    try {
      return parser.parseFrom(bytes);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Names the topics that a test reads most. */
  public List<ConsumerRecord<String, byte[]>> deliveries() {
    return read(Topics.MAIL_DELIVERIES);
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(1));
    followed.values().forEach(topic -> topic.reader.close());
    if (own) {
      broker.close();
    }
  }
}
