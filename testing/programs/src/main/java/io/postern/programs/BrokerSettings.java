package io.postern.programs;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * The settings of a {@link KafkaBroker}: options of its JVM, changes to its properties, and the
 * keys that a client needs to reach it then.
 *
 * @param jvm options of the broker's JVM; the default is the small one (256 MB heap, quick start)
 * @param jvmOfNode more options, by the id of one of several brokers
 * @param flushed whether one of several flushes each append too
 * @param enter what the command begins with, by the id, such as a program that enters a host
 * @param more is given the properties of a node and may change any but ports and folder
 * @param client security keys with which its start is waited for
 */
public record BrokerSettings(
    List<String> jvm,
    boolean flushed,
    IntFunction<List<String>> jvmOfNode,
    IntFunction<List<String>> enter,
    Consumer<Properties> more,
    Map<String, String> client) {
  /** Records of 1 MiB with their overhead; a topic's own bound goes before it. */
  private static final int MAX_MESSAGE_BYTES = 1_572_864;

  /** The largest of those bounds. */
  private static final int LARGEST_MESSAGE_BYTES = 8 << 20;

  public BrokerSettings {
    jvm = List.copyOf(jvm);
    client = Map.copyOf(client);
  }

  public static BrokerSettings small() {
    return new BrokerSettings(
        List.of(
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:+UseCompactObjectHeaders",
            "-XX:TieredStopAtLevel=1"),
        false,
        id -> List.of(),
        id -> List.of(),
        properties -> {},
        Map.of());
  }

  /** Both compiler tiers and 512 MB: a server, and measurements. */
  public static BrokerSettings server() {
    return small()
        .withJvm("-Xmx512m", "-Xmn64m", "-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders");
  }

  public BrokerSettings withJvm(String... options) {
    return new BrokerSettings(List.of(options), flushed, jvmOfNode, enter, more, client);
  }

  /** The same JVM with further options. */
  public BrokerSettings withMore(List<String> options) {
    List<String> all = new ArrayList<>(jvm);
    all.addAll(options);
    return new BrokerSettings(all, flushed, jvmOfNode, enter, more, client);
  }

  /** With options of the JVM by the id of the broker. */
  public BrokerSettings withJvmOfNode(IntFunction<List<String>> options) {
    return new BrokerSettings(jvm, flushed, options, enter, more, client);
  }

  /** Each of several flushes before it acknowledges: all may lose their power at once. */
  public BrokerSettings withFlushes() {
    return new BrokerSettings(jvm, true, jvmOfNode, enter, more, client);
  }

  /** Each on a host of its own. */
  public BrokerSettings withEnter(IntFunction<List<String>> words) {
    return new BrokerSettings(jvm, flushed, jvmOfNode, words, more, client);
  }

  public BrokerSettings with(Consumer<Properties> changes) {
    return new BrokerSettings(jvm, flushed, jvmOfNode, enter, changes, client);
  }

  /** For a broker whose listener is not plaintext. */
  public BrokerSettings withClient(Map<String, String> security) {
    return new BrokerSettings(jvm, flushed, jvmOfNode, enter, more, security);
  }

  /**
   * A node that is broker and controller. Alone it is durable by itself: every append is fsynced.
   * With others a record is acknowledged when two nodes have it, and none waits for a disk unless
   * they are set to flush.
   */
  Properties properties(Path folder, BrokerNode node) {
    Properties p = new Properties();
    p.setProperty("process.roles", "broker,controller");
    p.setProperty("node.id", Integer.toString(node.id()));
    p.setProperty("listener.security.protocol.map", "CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    p.setProperty("inter.broker.listener.name", "CLIENT");
    p.setProperty("controller.listener.names", "CONTROLLER");
    durability(p, node.alone() ? 1 : 3, node.alone() ? 1 : 2);
    if (node.alone() || flushed) {
      p.setProperty("log.flush.interval.messages", "1");
      // A restarted broker flushes the records that it left unflushed before it answers a writer
      // that they are there already. The flusher looks for them then, and hourly, when nothing is
      // to do.
      p.setProperty("log.initial.task.delay.ms", "0");
      p.setProperty("log.flush.interval.ms", "0");
      p.setProperty("log.flush.scheduler.interval.ms", "3600000");
    }
    if (!node.alone()) {
      // A follower that is cut off from the leader alone holds up each write for so long (30 s by
      // default), and a writer waits for 12 s.
      p.setProperty("replica.lag.time.max.ms", "6000");
      p.setProperty("unclean.leader.election.enable", "false");
    }
    p.setProperty("auto.create.topics.enable", "false");
    p.setProperty("offsets.topic.num.partitions", "4");
    // 90 days instead of 7: a group that was away for a long holiday keeps its position.
    p.setProperty("offsets.retention.minutes", "129600");
    p.setProperty("transaction.state.log.num.partitions", "4");
    p.setProperty("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
    p.setProperty("share.coordinator.state.topic.num.partitions", "1");
    p.setProperty("group.initial.rebalance.delay.ms", "0");
    p.setProperty("message.max.bytes", Integer.toString(MAX_MESSAGE_BYTES));
    p.setProperty("replica.fetch.max.bytes", Integer.toString(LARGEST_MESSAGE_BYTES));
    p.setProperty("socket.request.max.bytes", "16777216");
    // The kernel's own tuning.
    p.setProperty("socket.send.buffer.bytes", "-1");
    p.setProperty("socket.receive.buffer.bytes", "-1");
    // For Kafka's own topics: a flush syncs both maps of the index, and after a kill the last
    // segments are scanned whole. Ours name theirs.
    p.setProperty("log.index.interval.bytes", "32768");
    p.setProperty("log.index.size.max.bytes", "1048576");
    p.setProperty("log.segment.bytes", "134217728");
    // A killed node may come back only when the session of its former self has ended (9 s by
    // default).
    p.setProperty("broker.session.timeout.ms", "4000");
    p.setProperty("broker.heartbeat.interval.ms", "1000");
    // Twice a second by default: a record and an fsync of the metadata that say nothing.
    p.setProperty("metadata.max.idle.interval.ms", "30000");
    p.setProperty("num.network.threads", "2");
    p.setProperty("num.io.threads", "3");
    p.setProperty("log.cleaner.dedupe.buffer.size", "16777216"); // default: half of a small heap
    more.accept(p);
    p.setProperty("listeners", node.listeners());
    p.setProperty(
        "advertised.listeners", "CLIENT://%s:%d".formatted(node.host(), node.clientPort()));
    // Voters by configuration, not in the log: the controller's port may differ at the next start.
    p.setProperty("controller.quorum.voters", node.voters());
    p.setProperty("log.dirs", folder.resolve("data").toString());
    return p;
  }

  /** Of our topics by default, and of Kafka's own. */
  private static void durability(Properties p, int copies, int inSync) {
    for (String copied :
        List.of(
            "default.replication.factor",
            "offsets.topic.replication.factor",
            "transaction.state.log.replication.factor",
            "share.coordinator.state.topic.replication.factor")) {
      p.setProperty(copied, Integer.toString(copies));
    }
    for (String least :
        List.of(
            "min.insync.replicas",
            "transaction.state.log.min.isr",
            "share.coordinator.state.topic.min.isr")) {
      p.setProperty(least, Integer.toString(inSync));
    }
  }

  static void write(Properties properties, Path file) throws IOException {
    try (Writer writer = Files.newBufferedWriter(file)) {
      properties.store(writer, null);
    }
  }

  /** Log4j 2 to one file in the folder, two older ones of 10 MB kept. */
  static String logging(Path log) {
    return """
    status = error
    appender.file.type = RollingFile
    appender.file.name = file
    appender.file.fileName = %1$s
    appender.file.filePattern = %1$s.%%i
    appender.file.layout.type = PatternLayout
    appender.file.layout.pattern = %%d %%p %%c{1}: %%m%%n
    appender.file.policies.type = Policies
    appender.file.policies.size.type = SizeBasedTriggeringPolicy
    appender.file.policies.size.size = 10MB
    appender.file.strategy.type = DefaultRolloverStrategy
    appender.file.strategy.max = 2
    rootLogger.level = info
    rootLogger.appenderRef.file.ref = file
    """
        .formatted(log);
  }
}
