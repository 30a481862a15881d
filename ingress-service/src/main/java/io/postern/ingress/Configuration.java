package io.postern.ingress;

import io.postern.contracts.Deployment;
import io.postern.ingress.intake.DataAdmission;
import io.postern.ingress.session.SessionLimits;
import io.postern.log.LogSettings;
import io.postern.log.LogSpace;
import io.postern.log.ReplicaName;
import io.postern.smtp.Address;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.LongUnaryOperator;
import org.eclipse.microprofile.config.Config;

/** The settings, checked: each problem is one sentence that names the key and the cure. */
@ApplicationScoped
public class Configuration {
  private static final Duration VERDICT_HOLDS = Duration.ofMinutes(1);
  private static final Duration MEMORY_PATIENCE = Duration.ofSeconds(30);

  private final IngressSettings ingress;
  private final TlsFileSettings tls;
  private final LogDeploymentSettings log;
  private final Config config;

  @Inject
  public Configuration(
      IngressSettings ingress, TlsFileSettings tls, LogDeploymentSettings log, Config config) {
    this.ingress = ingress;
    this.tls = tls;
    this.log = log;
    this.config = config;
  }

  /**
   * Before anything else starts, the channel to mail.refusals included: a link to the log that is
   * not allowed is never dialled.
   */
  void check(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event) {
    try {
      var unused = List.of(logSettings(), deployment(), address(), certificate(), key());
      var unusedName = replica();
      var unusedLimits = List.of(sessionLimits(), shutdownPatience(), dataMemoryBytes());
      var unusedCounts = List.of(maxConnections(), maxConnectionsPerAddress());
      var unusedBounds =
          List.of(maxMemoryPercentPerAddress(), maxUnacceptedBytesPerAddress(), leastFree());
    } catch (ConfigurationProblem problem) {
      throw new ConfigurationException(problem.getMessage());
    }
  }

  InetSocketAddress address() throws ConfigurationProblem {
    if (ingress.port() < 0 || ingress.port() > 65_535) {
      throw new ConfigurationProblem(
          "postern.ingress.port is " + ingress.port() + ": write a port from 0 to 65535");
    }
    InetSocketAddress address = new InetSocketAddress(ingress.host(), ingress.port());
    if (address.isUnresolved()) {
      throw new ConfigurationProblem(
          "postern.ingress.host is \""
              + ingress.host()
              + "\", which does not resolve: write an address of this machine");
    }
    return address;
  }

  Path certificate() throws ConfigurationProblem {
    return file("postern.tls.certificate", tls.certificate(), "the server's certificate chain");
  }

  Path key() throws ConfigurationProblem {
    return file("postern.tls.key", tls.key(), "the certificate's private key");
  }

  Optional<Instant> comingFrom() {
    return tls.comingFrom();
  }

  Optional<Path> comingCertificate() {
    return tls.comingCertificate().filter(file -> !file.isBlank()).map(Path::of);
  }

  /** See {@link ReplicaName}. */
  String replica() throws ConfigurationProblem {
    try {
      return ReplicaName.of(
          "postern.ingress.replica", ingress.replica(), Integer.toString(ingress.port()));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationProblem(String.valueOf(e.getMessage()));
    }
  }

  private static Path file(String key, Optional<String> value, String what)
      throws ConfigurationProblem {
    if (value.isEmpty() || value.get().isBlank()) {
      throw new ConfigurationProblem(key + " is missing: name the PEM file with " + what);
    }
    Path file = Path.of(value.get());
    if (!Files.isReadable(file)) {
      throw new ConfigurationProblem(
          key + " names " + file + ", which cannot be read: name the PEM file with " + what);
    }
    return file;
  }

  LogSettings logSettings() throws ConfigurationProblem {
    try {
      return LogSettings.of(
          config.getPropertyNames(),
          key -> config.getOptionalValue(key, String.class).orElse(null));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationProblem(String.valueOf(e.getMessage()));
    }
  }

  Deployment deployment() throws ConfigurationProblem {
    try {
      return Deployment.of(log.deployment(), log.partitions());
    } catch (IllegalArgumentException e) {
      throw new ConfigurationProblem(String.valueOf(e.getMessage()));
    }
  }

  int maxConnections() throws ConfigurationProblem {
    return atLeastOne("postern.ingress.max-connections", ingress.maxConnections());
  }

  int maxConnectionsPerAddress() throws ConfigurationProblem {
    return atLeastOne(
        "postern.ingress.max-connections-per-address", ingress.maxConnectionsPerAddress());
  }

  int maxMemoryPercentPerAddress() throws ConfigurationProblem {
    return percent(
        "postern.ingress.max-memory-percent-per-address", 1, ingress.maxMemoryPercentPerAddress());
  }

  long maxUnacceptedBytesPerAddress() throws ConfigurationProblem {
    if (ingress.maxUnacceptedBytesPerAddress() < ingress.maxMessageBytes()) {
      throw new ConfigurationProblem(
          "postern.ingress.max-unaccepted-bytes-per-address is "
              + ingress.maxUnacceptedBytesPerAddress()
              + ": write at least postern.ingress.max-message-bytes, "
              + ingress.maxMessageBytes());
    }
    return ingress.maxUnacceptedBytesPerAddress();
  }

  /** See {@link LogSpace#mark}. */
  LongUnaryOperator leastFree() throws ConfigurationProblem {
    if (ingress.leastFreeBytes() < 0) {
      throw new ConfigurationProblem(
          "postern.ingress.least-free-bytes is "
              + ingress.leastFreeBytes()
              + ": write 0 or more bytes");
    }
    int share = percent("postern.ingress.least-free-percent", 0, ingress.leastFreePercent());
    return LogSpace.mark(ingress.leastFreeBytes(), share);
  }

  private static int percent(String key, int least, int value) throws ConfigurationProblem {
    if (value < least || value > 100) {
      throw new ConfigurationProblem(key + " is " + value + ": write " + least + " to 100");
    }
    return value;
  }

  private static int atLeastOne(String key, int value) throws ConfigurationProblem {
    if (value < 1) {
      throw new ConfigurationProblem(key + " is " + value + ": write at least 1");
    }
    return value;
  }

  long dataMemoryBytes() throws ConfigurationProblem {
    if (ingress.dataMemoryBytes() < DataAdmission.SHARE_BYTES) {
      throw new ConfigurationProblem(
          "postern.ingress.data-memory-bytes is "
              + ingress.dataMemoryBytes()
              + ": write at least "
              + DataAdmission.SHARE_BYTES
              + ", which is one message's share");
    }
    return ingress.dataMemoryBytes();
  }

  Duration shutdownPatience() throws ConfigurationProblem {
    return positive("postern.ingress.shutdown-patience", ingress.shutdownPatience());
  }

  SessionLimits sessionLimits() throws ConfigurationProblem {
    if (ingress.maxMessageBytes() < 65_536) { // RFC 5321 §4.5.3.1.7: 64K octets must be taken
      throw new ConfigurationProblem(
          "postern.ingress.max-message-bytes is "
              + ingress.maxMessageBytes()
              + ": write at least 65536");
    }
    return new SessionLimits(
        hostName(),
        ingress.maxMessageBytes(),
        positive("postern.ingress.idle-timeout", ingress.idleTimeout()),
        positive("postern.ingress.stress-timeout", ingress.stressTimeout()),
        positive("postern.ingress.message-deadline", ingress.messageDeadline()),
        positive("postern.ingress.verdict-patience", ingress.verdictPatience()),
        VERDICT_HOLDS,
        MEMORY_PATIENCE,
        postmaster());
  }

  private static Duration positive(String key, Duration value) throws ConfigurationProblem {
    if (value.toMillis() < 1) {
      throw new ConfigurationProblem(key + " is " + value + ": write a time such as 5m");
    }
    return value;
  }

  private String hostName() throws ConfigurationProblem {
    String name = ingress.hostName().orElseGet(Configuration::machineName);
    if (!name.matches("[A-Za-z0-9]([A-Za-z0-9.-]{0,253}[A-Za-z0-9])?")) {
      throw new ConfigurationProblem(
          "postern.ingress.host-name is \""
              + name
              + "\": write this server's name as the DNS has it, such as mx.example.com");
    }
    return name;
  }

  private static String machineName() {
    try {
      return InetAddress.getLocalHost().getCanonicalHostName();
    } catch (
        UnknownHostException e) { // a machine without a name: what the greeting needs is a word
      return "localhost";
    }
  }

  private @org.jspecify.annotations.Nullable String postmaster() throws ConfigurationProblem {
    String address = ingress.postmaster().orElse(null);
    if (address == null) {
      return null;
    }
    try {
      return Address.parse(address).toString();
    } catch (IllegalArgumentException e) {
      throw new ConfigurationProblem(
          "postern.ingress.postmaster is \""
              + address
              + "\": write an address such as postmaster@example.com");
    }
  }
}
