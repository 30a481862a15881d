package io.postern.log;

import io.postern.contracts.Deployment;
import io.postern.lab.SharedBroker;
import io.postern.log.topics.TopicsSetup;
import io.postern.programs.KafkaBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A real broker with all topics, for one test or class: the shared one, or one of its own. */
public final class TestLog implements AutoCloseable {
  public static final Deployment DEPLOYMENT = Deployment.singleNode(4);

  static {
    // A write may take five seconds on a machine whose disk is busy.
    Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
  }

  public final KafkaBroker broker;
  public final LogSettings settings;
  private final @Nullable Path folder;

  private TestLog(@Nullable Path folder, KafkaBroker broker) {
    this.folder = folder;
    this.broker = broker;
    this.settings = new LogSettings(Map.of("bootstrap.servers", broker.bootstrap()));
  }

  /** Without topics. */
  public static TestLog sharedEmpty() {
    return new TestLog(null, SharedBroker.empty());
  }

  public static TestLog shared() throws LogUnavailableException {
    return withTopics(sharedEmpty());
  }

  /** Of its own and without topics. */
  public static TestLog empty() {
    return empty(_ -> {});
  }

  public static TestLog empty(Consumer<Properties> changes) {
    try {
      Path folder = Files.createTempDirectory("mail-log-test");
      return new TestLog(folder, KafkaBroker.start(folder, changes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Of its own, to be paused or killed. */
  public static TestLog start() throws LogUnavailableException {
    return withTopics(empty());
  }

  private static TestLog withTopics(TestLog log) throws LogUnavailableException {
    TopicsSetup.createOrVerify(log.settings, DEPLOYMENT);
    return log;
  }

  public Admin admin() {
    return Admin.create(settings.admin());
  }

  public KafkaProducer<String, byte[]> producer() {
    return new KafkaProducer<>(settings.producer());
  }

  public KafkaProducer<String, byte[]> transactionalProducer() {
    return transactionalProducer(Duration.ofSeconds(5));
  }

  /**
   * @param timeout after which the log aborts a transaction
   */
  public KafkaProducer<String, byte[]> transactionalProducer(Duration timeout) {
    Properties properties = settings.transactionalProducer("test");
    properties.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, (int) timeout.toMillis());
    KafkaProducer<String, byte[]> producer = new KafkaProducer<>(properties);
    producer.initTransactions();
    return producer;
  }

  public KafkaConsumer<String, byte[]> reader(boolean committedOnly) {
    return new KafkaConsumer<>(settings.reader(committedOnly));
  }

  @Override
  public void close() {
    if (folder == null) {
      return; // the next user empties it
    }
    broker.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
