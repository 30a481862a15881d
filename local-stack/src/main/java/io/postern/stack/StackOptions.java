package io.postern.stack;

import io.postern.lab.BrokerSettings;
import java.nio.file.Path;
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
 * @param settings further settings of a service
 * @param jvmFlags flags of each service's JVM
 * @param broker the broker's JVM and properties
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
    BrokerSettings broker) {

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
}
