package io.postern.stack;

import io.postern.programs.BrokerSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The processes of a stack.
 *
 * @param size of each
 * @param broker JVM and properties of each broker, usually those of the size
 * @param hosts of the brokers, numeric addresses: 1, or 3 with three copies of each record
 * @param replicas how many of a service run; of those of mail one where it is not named, of the
 *     console none
 * @param settings further settings of a service; {@link #REPLICA} in a value is its number
 * @param flags further flags for the JVMs of a service
 * @param elsewhere services whose first replica another program runs, such as Quarkus' dev mode;
 *     the stack writes its settings down and waits for it
 * @param former the root of another version's built tree, with which every second start of a
 *     replica is made; null: there is none
 * @param enter what the command of a replica begins with, by its name
 * @param wrapped whether each service ends with its launcher; in an image nothing launches it
 */
public record Processes(
    Size size,
    BrokerSettings broker,
    List<String> hosts,
    Map<Service, Integer> replicas,
    Map<Service, Map<String, String>> settings,
    Map<Service, List<String>> flags,
    Set<Service> elsewhere,
    @Nullable Path former,
    Function<String, List<String>> enter,
    boolean wrapped) {

  /** Stands in a setting for the replica's number, from 1. */
  public static final String REPLICA = "${replica}";

  /** Of the mail topics, with three brokers: four for each to lead. */
  private static final int CLUSTER_PARTITIONS = 12;

  private static final String LOOPBACK = "127.0.0.1";

  public Processes {
    if (hosts.size() != 1 && hosts.size() != 3) {
      throw new IllegalArgumentException(
          hosts.size() + " brokers: write 1, or 3 with three copies of each record");
    }
    replicas.forEach(
        (service, count) -> {
          if (count < (service == Service.CONSOLE ? 0 : 1)) {
            throw new IllegalArgumentException(
                count + " replicas of " + service.module() + ": at least one runs");
          }
        });
  }

  /** One of each service, with the settings that every stack has. */
  public static Processes of(Size size) {
    return new Processes(
        size,
        size.broker(),
        List.of(LOOPBACK),
        Map.of(),
        Map.of(),
        Map.of(),
        Set.of(),
        null,
        name -> List.of(),
        true);
  }

  /** All flags of a service's JVM. */
  List<String> jvm(Service service) {
    List<String> all = new ArrayList<>(size.services());
    all.addAll(flags.getOrDefault(service, List.of()));
    return all;
  }

  /** The services as their images run them. */
  public Processes asInImages() {
    return new Processes(
        size, broker, hosts, replicas, settings, flags, elsewhere, former, enter, false);
  }

  /** Each with other words before its command. */
  public Processes entered(Function<String, List<String>> words) {
    return new Processes(
        size, broker, hosts, replicas, settings, flags, elsewhere, former, words, wrapped);
  }

  /** With another version beside this one, in turns: the first replicas begin with this one. */
  public Processes beside(Path otherVersion) {
    return new Processes(
        size, broker, hosts, replicas, settings, flags, elsewhere, otherVersion, enter, wrapped);
  }

  /** So many brokers on this host. */
  public Processes brokers(int count) {
    return brokers(Collections.nCopies(count, LOOPBACK));
  }

  /** One on each of the hosts. */
  public Processes brokers(List<String> on) {
    return new Processes(
        size, broker, on, replicas, settings, flags, elsewhere, former, enter, wrapped);
  }

  /** Settings of each service about the log. */
  Map<String, String> log() {
    Map<String, String> log = new HashMap<>();
    broker.client().forEach((key, value) -> log.put("kafka." + key, value));
    log.put("postern.log.deployment", "single-node");
    if (hosts.size() > 1) {
      log.put("postern.log.deployment", broker.flushed() ? "flushed-cluster" : "cluster");
      log.put("postern.log.partitions", Integer.toString(CLUSTER_PARTITIONS));
    }
    return log;
  }

  public Processes broker(BrokerSettings other) {
    return new Processes(
        size, other, hosts, replicas, settings, flags, elsewhere, former, enter, wrapped);
  }

  public Processes replicas(Map<Service, Integer> counts) {
    return new Processes(
        size, broker, hosts, counts, settings, flags, elsewhere, former, enter, wrapped);
  }

  /** With services that other programs run. */
  public Processes elsewhere(Set<Service> services) {
    return new Processes(
        size,
        broker,
        hosts,
        replicas,
        settings,
        flags,
        Set.copyOf(services),
        former,
        enter,
        wrapped);
  }

  /** How many run of a service. */
  int count(Service service) {
    return replicas.getOrDefault(service, Service.OF_MAIL.contains(service) ? 1 : 0);
  }

  /** With the console, and so a PostgreSQL for its read model. */
  public Processes withConsole() {
    return replicas.containsKey(Service.CONSOLE) ? this : withConsoles(1);
  }

  /** With so many replicas of the console. */
  public Processes withConsoles(int count) {
    Map<Service, Integer> counts = new EnumMap<>(Service.class);
    counts.putAll(replicas);
    counts.put(Service.CONSOLE, count);
    return replicas(counts);
  }

  /** Further settings of a service, beside those it has. */
  public Processes settings(Service service, Map<String, String> more) {
    Map<Service, Map<String, String>> all = new EnumMap<>(Service.class);
    all.putAll(settings);
    Map<String, String> both = new HashMap<>(settings.getOrDefault(service, Map.of()));
    both.putAll(more);
    all.put(service, both);
    return new Processes(
        size, broker, hosts, replicas, all, flags, elsewhere, former, enter, wrapped);
  }

  /** Further flags for a service's JVMs. */
  public Processes flags(Service service, List<String> more) {
    Map<Service, List<String>> all = new EnumMap<>(Service.class);
    all.putAll(flags);
    all.put(service, List.copyOf(more));
    return new Processes(
        size, broker, hosts, replicas, settings, all, elsewhere, former, enter, wrapped);
  }
}
