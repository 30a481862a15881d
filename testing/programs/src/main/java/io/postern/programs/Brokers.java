package io.postern.programs;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;

/**
 * The Kafka brokers of an installation, as processes: one alone, or three with three copies of each
 * record, of which two are enough for an acknowledgement. What is done to all is done to each; one
 * of them is {@link #broker}. Not thread-safe, but that each broker may have an owner of its own.
 */
public final class Brokers implements AutoCloseable {
  private final List<KafkaBroker> all = new ArrayList<>();

  /**
   * Returns at once, so that clients can start beside them; {@link #awaitReady} must follow.
   *
   * @param folder of the first; another's has its number behind the name
   * @param hosts numeric addresses, one for each broker: 1 or 3
   */
  public static Brokers begin(Path folder, BrokerSettings settings, List<String> hosts) {
    Brokers brokers = new Brokers();
    try {
      for (BrokerNode node : BrokerNode.on(hosts)) {
        Counts.add("broker");
        brokers.all.add(
            KafkaBroker.launched(folder(folder, node.id()), settings, node, cluster(folder)));
      }
      return brokers;
    } catch (RuntimeException e) {
      brokers.close();
      throw e;
    }
  }

  /** Of a broker, where the first one's is {@code folder}. */
  public static Path folder(Path folder, int id) {
    return id == 1 ? folder : folder.resolveSibling(folder.getFileName() + "-" + id);
  }

  /** One that lost its disk comes back to the same cluster. */
  static String cluster(Path folder) {
    UUID id =
        UUID.nameUUIDFromBytes(folder.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8));
    String text = new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits()).toString();
    return text.replaceFirst("^-", "A"); // kafka-storage would take it for an option
  }

  /** Value for {@code bootstrap.servers}. */
  public String bootstrap() {
    return all.stream().map(KafkaBroker::bootstrap).collect(Collectors.joining(","));
  }

  public List<KafkaBroker> all() {
    return List.copyOf(all);
  }

  /**
   * @param id from 1
   */
  public KafkaBroker broker(int id) {
    return all.get(id - 1);
  }

  /** Waits until each takes part. */
  public void awaitReady() {
    all.forEach(KafkaBroker::awaitReady);
  }

  public boolean isAlive() {
    return all.stream().allMatch(KafkaBroker::isAlive);
  }

  /** Ends them as crashes would (SIGKILL). Data and ports stay for {@link #restart()}. */
  public void kill() {
    all.forEach(KafkaBroker::kill);
  }

  /** Starts all again, which needs two of three at a time, with the same ports and data. */
  public void restart() {
    stop();
    all.forEach(KafkaBroker::launch);
    awaitReady();
  }

  public void pause() {
    all.forEach(KafkaBroker::pause);
  }

  public void resume() {
    all.forEach(KafkaBroker::resume);
  }

  /** Together: of three, the last one alone would wait for the others to hand over. */
  public void stop() {
    List<Thread> ending =
        all.stream().map(broker -> Thread.ofVirtual().start(broker::stop)).toList();
    try {
      for (Thread thread : ending) {
        thread.join();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      all.forEach(KafkaBroker::stop);
    }
  }

  @Override
  public void close() {
    stop();
  }
}
