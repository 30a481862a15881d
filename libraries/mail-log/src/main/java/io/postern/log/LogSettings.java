package io.postern.log;

import io.postern.contracts.TopicDeclaration;
import io.postern.link.RenewableSslEngineFactory;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the log's clients, and the rules for producers and readers (docs/design/the-log.md,
 * "Producers and readers"). Keys are strings, values bytes.
 *
 * <p>A link that leaves the machine is TLS 1.2 or newer and both sides authenticate (S3): anything
 * else is refused here, with a sentence that names the key and the cure. Its PEM files are taken up
 * when they are replaced ({@link RenewableSslEngineFactory}). Immutable.
 *
 * @param client settings of the Kafka client: {@code bootstrap.servers} and the {@code security.*},
 *     {@code ssl.*} and {@code sasl.*} keys
 */
public record LogSettings(Map<String, String> client) {
  private static final String PREFIX = "kafka.";
  private static final int BATCH_BYTES = 512 * 1024;
  private static final long BUFFER_BYTES = 24L << 20;
  // The topic bounds its records; the broker takes requests of 16 MiB.
  private static final int MAX_REQUEST_BYTES = TopicDeclaration.LARGEST_MESSAGE_BYTES;
  // A buffer of 24 MiB holds enough of these for all partitions of a cluster.
  private static final int TRANSACTION_BATCH_BYTES = 128 * 1024;
  private static final int FOLLOWER_WAIT_MS = 2_500;

  public LogSettings {
    client = renewable(client);
    check(client);
  }

  private static Map<String, String> renewable(Map<String, String> client) {
    Map<String, String> all = new HashMap<>(client);
    if ("PEM".equals(client.get(SslConfigs.SSL_KEYSTORE_TYPE_CONFIG)) || renews(client)) {
      all.putIfAbsent(
          SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG, RenewableSslEngineFactory.class.getName());
    }
    return Map.copyOf(all);
  }

  private static boolean renews(Map<String, String> client) {
    try {
      return RenewableSslEngineFactory.renews(client);
    } catch (ConfigException halfGiven) {
      throw new IllegalArgumentException(PREFIX + halfGiven.getMessage(), halfGiven);
    }
  }

  // The spelling of a key in the environment (KAFKA_SSL_KEYSTORE_LOCATION) does not give its name,
  // so the usual names are asked for.
  private static final List<String> USUAL =
      List.of(
          "kafka.bootstrap.servers",
          "kafka.security.protocol",
          "kafka.ssl.keystore.location",
          "kafka.ssl.keystore.certificate.chain.location",
          "kafka.ssl.keystore.key.location",
          "kafka.ssl.keystore.password",
          "kafka.ssl.keystore.type",
          "kafka.ssl.key.password",
          "kafka.ssl.truststore.location",
          "kafka.ssl.truststore.password",
          "kafka.ssl.truststore.type",
          "kafka.sasl.mechanism",
          "kafka.sasl.jaas.config");

  /**
   * From a service's configuration: all keys that begin with {@code kafka.}, without that, and the
   * usual ones even where the configuration does not list them.
   */
  public static LogSettings of(
      Iterable<String> keys, Function<String, @Nullable String> configuration) {
    Map<String, String> client = new HashMap<>();
    Set<String> all = new LinkedHashSet<>(USUAL);
    keys.forEach(all::add);
    for (String key : all) {
      String value = key.startsWith(PREFIX) ? configuration.apply(key) : null;
      if (value != null) {
        client.put(key.substring(PREFIX.length()), value);
      }
    }
    return new LogSettings(client);
  }

  /**
   * Of a durable producer: an acknowledged record is on disk or replicated; every wait is bounded.
   */
  public Properties producer() {
    Properties properties = common();
    properties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, StringSerializer.class);
    properties.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    properties.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    properties.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
    properties.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
    properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER_BYTES);
    properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_REQUEST_BYTES);
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000);
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 12_000);
    return properties;
  }

  /**
   * Of a transactional producer. The id is random per start: the consumer's group metadata fences,
   * not the id.
   *
   * @param name beginning of the transactional id
   */
  public Properties transactionalProducer(String name) {
    Properties properties = producer();
    properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, name + "-" + UUID.randomUUID());
    properties.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 5_000);
    // Kafka wants delivery to end before the transaction does.
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 5_000);
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 4_000);
    properties.put(ProducerConfig.RETRY_BACKOFF_MS_CONFIG, 1);
    properties.put(ProducerConfig.BATCH_SIZE_CONFIG, TRANSACTION_BATCH_BYTES);
    // A commit sends lingering records: one request and one fsync a partition instead of a first
    // one
    // for the first record.
    properties.put(ProducerConfig.LINGER_MS_CONFIG, 50);
    return properties;
  }

  /**
   * Of a producer of questions that may be lost: the asking caller gets "unknown" and asks again.
   */
  public Properties questioner() {
    Properties properties = producer();
    properties.put(ProducerConfig.ACKS_CONFIG, "1");
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, false);
    properties.put(ProducerConfig.BATCH_SIZE_CONFIG, 32 * 1024);
    properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 4L << 20);
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 500);
    return properties;
  }

  /** Of a reader that assigns its partitions itself and commits nothing. */
  public Properties reader(boolean committedOnly) {
    Properties properties = common();
    properties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, StringDeserializer.class);
    properties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ReadableLevel.class);
    properties.put(
        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
        committedOnly ? "read_committed" : "read_uncommitted");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);
    properties.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    return properties;
  }

  /**
   * Of a reader that waits for new records and gets them at once: it asks seldom while there are
   * none. Its other requests to the broker stand behind that question.
   */
  public Properties follower() {
    Properties properties = reader(true);
    properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FOLLOWER_WAIT_MS);
    return properties;
  }

  /**
   * Of a member of a consumer group: read_committed, cooperative, no automatic commit; a position
   * that is lost is an error (positions are made with the topics, see {@code TopicsSetup}).
   */
  public Properties consumer(String group) {
    Properties properties = reader(true);
    properties.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    // Under the new protocol the session time-out is the broker's, 45 s.
    properties.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
    properties.put(
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
        CooperativeStickyAssignor.class.getName());
    // The heartbeat's thread wakes as often: at 10 ms it took an eighth of the decider's CPU, at 50
    // a tenth of policy-service's CPU at rest.
    properties.put(ConsumerConfig.RETRY_BACKOFF_MS_CONFIG, 100);
    return properties;
  }

  /** Of an admin client. */
  public Properties admin() {
    Properties properties = common();
    properties.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    properties.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, 15_000);
    return properties;
  }

  private Properties common() {
    Properties properties = new Properties();
    properties.putAll(client);
    properties.put(CommonClientConfigs.RECONNECT_BACKOFF_MS_CONFIG, 50);
    properties.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000);
    properties.put(CommonClientConfigs.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG, 3_000);
    properties.put(CommonClientConfigs.SOCKET_CONNECTION_SETUP_TIMEOUT_MAX_MS_CONFIG, 5_000);
    // The kernel sizes the buffers by the link: a fixed size cuts large answers small.
    properties.put(CommonClientConfigs.SEND_BUFFER_CONFIG, -1);
    properties.put(CommonClientConfigs.RECEIVE_BUFFER_CONFIG, -1);
    // Nobody reads the client's metrics by JMX, and no broker asks for them.
    properties.put(CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG, "");
    properties.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
    // When all known brokers are gone, begin again from the bootstrap list.
    properties.put(CommonClientConfigs.METADATA_RECOVERY_STRATEGY_CONFIG, "rebootstrap");
    return properties;
  }

  private static void check(Map<String, String> client) {
    String servers = client.getOrDefault(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, "").strip();
    if (servers.isEmpty()) {
      throw new IllegalArgumentException(
          "kafka.bootstrap.servers is missing: write host:port of the brokers");
    }
    for (String server : servers.split(",", -1)) {
      if (!loopback(host(server.strip()))) {
        checkProtected(server.strip(), client);
        return;
      }
    }
  }

  private static void checkProtected(String server, Map<String, String> client) {
    String protocol =
        client
            .getOrDefault(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, "PLAINTEXT")
            .toUpperCase(Locale.ROOT);
    if (!protocol.equals("SSL") && !protocol.equals("SASL_SSL")) {
      throw new IllegalArgumentException(
          "kafka.security.protocol is "
              + protocol
              + " and "
              + server
              + " is not on this machine: write SSL, with kafka.ssl.keystore.* and kafka.ssl.truststore.*");
    }
    boolean certificate =
        renews(client)
            || client.containsKey(SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG)
            || client.containsKey(SslConfigs.SSL_KEYSTORE_KEY_CONFIG);
    if (protocol.equals("SSL") && !certificate) {
      throw new IllegalArgumentException(
          "kafka.ssl.keystore.location is missing: the connection to "
              + server
              + " uses mutual TLS, set this service's key store");
    }
    if ("".equals(client.get(SslConfigs.SSL_ENDPOINT_IDENTIFICATION_ALGORITHM_CONFIG))) {
      throw new IllegalArgumentException(
          "kafka.ssl.endpoint.identification.algorithm is empty: remove it, the broker's name must be checked");
    }
    String versions = client.getOrDefault(SslConfigs.SSL_ENABLED_PROTOCOLS_CONFIG, "TLSv1.3");
    for (String version : versions.split(",", -1)) {
      if (!version.strip().equals("TLSv1.2") && !version.strip().equals("TLSv1.3")) {
        throw new IllegalArgumentException(
            "kafka.ssl.enabled.protocols has " + version + ": write TLSv1.3 or TLSv1.2,TLSv1.3");
      }
    }
  }

  private static String host(String server) {
    int colon = server.lastIndexOf(':');
    if (colon < 1) {
      throw new IllegalArgumentException(
          "kafka.bootstrap.servers has \"" + server + "\": write host:port");
    }
    String host = server.substring(0, colon);
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  /** By literal only: a name that resolves to loopback today may not tomorrow. */
  public static boolean loopback(String host) {
    return host.equalsIgnoreCase("localhost")
        || host.equals("::1")
        || host.equals("[::1]")
        || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
  }
}
