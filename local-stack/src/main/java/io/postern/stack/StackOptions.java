package io.postern.stack;

import io.postern.lab.BrokerSettings;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a stack is started with.
 *
 * @param home the project's root, where the built services are
 * @param state the folder that keeps everything
 * @param smtpPort ingress' port, 0 for a remembered free one
 * @param tlsCertificate ingress' certificate chain (PEM)
 * @param tlsKey its key (PEM, PKCS#8)
 * @param anchors files with trust anchors for the default set (PEM)
 * @param clientCertificates folder with NAME.pem and NAME.key that outbound connectors may name
 * @param dnsServer ip:port of the resolver, or empty for the system's
 * @param mxPort port of MX hosts
 * @param allowPrivateRevocationTargets whether CRLs may be fetched from loopback: for a development
 *     CA only
 * @param settings further settings of a service; {@link #REPLICA} in a value is its number
 * @param jvmFlags flags of each service's JVM
 * @param broker the broker's JVM and properties
 * @param replicas how many of a service run; one where it is not named
 * @param moreJvmFlags further flags for the JVMs of one service
 */
public record StackOptions(
    Path home,
    StateFolder state,
    int smtpPort,
    Path tlsCertificate,
    Path tlsKey,
    List<Path> anchors,
    Path clientCertificates,
    String dnsServer,
    int mxPort,
    boolean allowPrivateRevocationTargets,
    Map<Service, Map<String, String>> settings,
    List<String> jvmFlags,
    BrokerSettings broker,
    Map<Service, Integer> replicas,
    Map<Service, List<String>> moreJvmFlags) {

  /** Stands in a setting for the replica's number, from 1. */
  public static final String REPLICA = "${replica}";

  /**
   * Small and quick to start: a developer's machine. A heap of 128 MB is what each service must do
   * with.
   */
  public static final List<String> SMALL_JVM =
      List.of(
          "-Xmx128m",
          "-XX:MaxDirectMemorySize=96m",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-XX:+ExitOnOutOfMemoryError",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  /** Both compiler tiers and room for many sessions: what docs/performance.md measures. */
  public static final List<String> SERVER_JVM =
      List.of(
          "-Xmx256m",
          "-XX:MaxDirectMemorySize=128m",
          "-XX:+UseSerialGC",
          "-XX:+ExitOnOutOfMemoryError",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  public StackOptions {
    replicas.forEach(
        (service, count) -> {
          if (count < 1) {
            throw new IllegalArgumentException(
                count + " replicas of " + service.module() + ": at least one runs");
          }
        });
  }

  /** One of each service. */
  public StackOptions(
      Path home,
      StateFolder state,
      int smtpPort,
      Path tlsCertificate,
      Path tlsKey,
      List<Path> anchors,
      Path clientCertificates,
      String dnsServer,
      int mxPort,
      boolean allowPrivateRevocationTargets,
      Map<Service, Map<String, String>> settings,
      List<String> jvmFlags,
      BrokerSettings broker) {
    this(
        home,
        state,
        smtpPort,
        tlsCertificate,
        tlsKey,
        anchors,
        clientCertificates,
        dnsServer,
        mxPort,
        allowPrivateRevocationTargets,
        settings,
        jvmFlags,
        broker,
        Map.of(),
        Map.of());
  }

  public StackOptions replicas(Map<Service, Integer> counts) {
    return with(settings, counts, moreJvmFlags);
  }

  public StackOptions size(Size size) {
    return new StackOptions(
        home,
        state,
        smtpPort,
        tlsCertificate,
        tlsKey,
        anchors,
        clientCertificates,
        dnsServer,
        mxPort,
        allowPrivateRevocationTargets,
        settings,
        size.services(),
        size.broker(),
        replicas,
        moreJvmFlags);
  }

  /** Further settings of a service, beside those it has. */
  public StackOptions settings(Service service, Map<String, String> more) {
    Map<Service, Map<String, String>> all = new EnumMap<>(Service.class);
    all.putAll(settings);
    all.merge(
        service,
        more,
        (before, added) -> {
          Map<String, String> both = new HashMap<>(before);
          both.putAll(added);
          return both;
        });
    return with(all, replicas, moreJvmFlags);
  }

  /** Further flags for a service's JVMs. */
  public StackOptions jvmFlags(Service service, List<String> more) {
    Map<Service, List<String>> all = new EnumMap<>(Service.class);
    all.putAll(moreJvmFlags);
    all.put(service, List.copyOf(more));
    return with(settings, replicas, all);
  }

  private StackOptions with(
      Map<Service, Map<String, String>> newSettings,
      Map<Service, Integer> newReplicas,
      Map<Service, List<String>> newFlags) {
    return new StackOptions(
        home,
        state,
        smtpPort,
        tlsCertificate,
        tlsKey,
        anchors,
        clientCertificates,
        dnsServer,
        mxPort,
        allowPrivateRevocationTargets,
        newSettings,
        jvmFlags,
        broker,
        newReplicas,
        newFlags);
  }
}
