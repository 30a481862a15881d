package io.postern.ingress;

import static io.postern.service.CheckedSettings.atLeast;
import static io.postern.service.CheckedSettings.between;
import static io.postern.service.CheckedSettings.positive;

import io.postern.ingress.intake.DataAdmission;
import io.postern.ingress.session.SessionLimits;
import io.postern.log.LogSpace;
import io.postern.service.CheckedSettings;
import io.postern.service.ReplicaName;
import io.postern.smtp.Address;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/** The settings, checked by the constructor (see {@link CheckedSettings}). Immutable. */
@Singleton
class Configuration {
  private static final Duration VERDICT_HOLDS = Duration.ofMinutes(1);
  private static final Duration MEMORY_PATIENCE = Duration.ofSeconds(30);

  final InetSocketAddress address;
  final Path certificate;
  final Path key;
  final Optional<Path> comingCertificate;
  final Optional<Instant> comingFrom;
  final String replica;
  final SessionLimits sessionLimits;
  final int maxConnections;
  final int maxConnectionsPerAddress;
  final int maxMemoryPercentPerAddress;
  final long maxUnacceptedBytesPerAddress;
  final long dataMemoryBytes;
  final Duration shutdownPatience;

  /** See {@link LogSpace#mark}. */
  final LongUnaryOperator leastFree;

  @Inject
  Configuration(IngressSettings ingress, TlsFileSettings tls) {
    address = address(ingress);
    certificate =
        file("postern.tls.certificate", tls.certificate(), "the server's certificate chain");
    key = file("postern.tls.key", tls.key(), "the certificate's private key");
    comingCertificate = tls.comingCertificate().filter(file -> !file.isBlank()).map(Path::of);
    comingFrom = tls.comingFrom();
    replica =
        ReplicaName.of(
            "postern.ingress.replica", ingress.replica(), Integer.toString(ingress.port()));
    sessionLimits = sessionLimits(ingress);
    maxConnections = atLeast("postern.ingress.max-connections", ingress.maxConnections(), 1);
    maxConnectionsPerAddress =
        atLeast(
            "postern.ingress.max-connections-per-address", ingress.maxConnectionsPerAddress(), 1);
    maxMemoryPercentPerAddress =
        between(
            "postern.ingress.max-memory-percent-per-address",
            ingress.maxMemoryPercentPerAddress(),
            1,
            100);
    maxUnacceptedBytesPerAddress = maxUnacceptedBytesPerAddress(ingress);
    dataMemoryBytes =
        atLeast( // one message's share
            "postern.ingress.data-memory-bytes",
            ingress.dataMemoryBytes(),
            DataAdmission.SHARE_BYTES);
    shutdownPatience = positive("postern.ingress.shutdown-patience", ingress.shutdownPatience());
    leastFree =
        LogSpace.mark(
            atLeast("postern.ingress.least-free-bytes", ingress.leastFreeBytes(), 0),
            between("postern.ingress.least-free-percent", ingress.leastFreePercent(), 0, 100));
  }

  private static InetSocketAddress address(IngressSettings ingress) {
    between("postern.ingress.port", ingress.port(), 0, 65_535);
    InetSocketAddress address = new InetSocketAddress(ingress.host(), ingress.port());
    if (address.isUnresolved()) {
      throw new ConfigurationException(
          "postern.ingress.host is \""
              + ingress.host()
              + "\", which does not resolve: write an address of this machine");
    }
    return address;
  }

  private static Path file(String key, Optional<String> value, String content) {
    if (value.isEmpty() || value.get().isBlank()) {
      throw new ConfigurationException(key + " is missing: name the PEM file with " + content);
    }
    Path file = Path.of(value.get());
    if (!Files.isReadable(file)) {
      throw new ConfigurationException(
          key + " names " + file + ", which cannot be read: name the PEM file with " + content);
    }
    return file;
  }

  private static SessionLimits sessionLimits(IngressSettings ingress) {
    return new SessionLimits(
        CheckedSettings.hostName("postern.ingress.host-name", ingress.hostName()),
        // RFC 5321 §4.5.3.1.7: 64K octets must be taken
        atLeast("postern.ingress.max-message-bytes", ingress.maxMessageBytes(), 65_536),
        positive("postern.ingress.idle-timeout", ingress.idleTimeout()),
        positive("postern.ingress.stress-timeout", ingress.stressTimeout()),
        positive("postern.ingress.message-deadline", ingress.messageDeadline()),
        positive("postern.ingress.verdict-patience", ingress.verdictPatience()),
        VERDICT_HOLDS,
        MEMORY_PATIENCE,
        postmaster(ingress.postmaster().orElse(null)));
  }

  private static long maxUnacceptedBytesPerAddress(IngressSettings ingress) {
    if (ingress.maxUnacceptedBytesPerAddress() < ingress.maxMessageBytes()) {
      throw new ConfigurationException(
          "postern.ingress.max-unaccepted-bytes-per-address is "
              + ingress.maxUnacceptedBytesPerAddress()
              + ": write at least postern.ingress.max-message-bytes, "
              + ingress.maxMessageBytes());
    }
    return ingress.maxUnacceptedBytesPerAddress();
  }

  private static @Nullable String postmaster(@Nullable String address) {
    if (address == null) {
      return null;
    }
    try {
      return Address.parse(address).toString();
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          "postern.ingress.postmaster is \""
              + address
              + "\": write an address such as postmaster@example.com");
    }
  }
}
