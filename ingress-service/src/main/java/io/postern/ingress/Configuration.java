package io.postern.ingress;

import static io.postern.service.CheckedSettings.atLeast;
import static io.postern.service.CheckedSettings.atMost;
import static io.postern.service.CheckedSettings.between;
import static io.postern.service.CheckedSettings.positive;

import io.postern.ingress.bounds.Memory;
import io.postern.ingress.listener.ConnectionBounds;
import io.postern.ingress.listener.Listener;
import io.postern.ingress.recipients.AnswerTimes;
import io.postern.log.LogSpace;
import io.postern.service.CheckedSettings;
import io.postern.service.ReplicaName;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.function.LongUnaryOperator;

/** The settings, checked by the constructor (see {@link CheckedSettings}). Immutable. */
@Singleton
class Configuration {
  private static final Duration MAX_RECIPIENT_PATIENCE = Duration.ofMinutes(1); // delivery's bound
  private static final int LEAST_ANSWER_BYTES = 1 << 20;

  final List<Listener> listeners;
  final ConnectionBounds connections;
  final Duration proxyHeaderTimeout;
  final String replica;
  final int maxMemoryPercentPerAddress;
  final long maxUnacceptedBytesPerAddress;
  final long dataMemoryBytes;
  final int recipientMemoryBytes;
  final Duration shutdownPatience;
  final Duration recipientPatience;
  final Duration recipientTransactionPatience;
  final AnswerTimes answerTimes;
  final int maxMissingPerAddress;
  final long recipientAnswerBytes;

  /** See {@link LogSpace#mark}. */
  final LongUnaryOperator leastFree;

  @Inject
  Configuration(IngressSettings ingress) {
    connections = connections(ingress);
    maxUnacceptedBytesPerAddress = ingress.maxUnacceptedBytesPerAddress();
    listeners = ConfiguredListeners.of(ingress, ConfiguredLimits.of(ingress), connections);
    replica =
        ReplicaName.of(
            "postern.ingress.replica",
            ingress.replica(),
            Integer.toString(listeners.getFirst().addresses().getFirst().getPort()));
    proxyHeaderTimeout =
        positive("postern.ingress.proxy-header-timeout", ingress.proxyHeaderTimeout());
    maxMemoryPercentPerAddress =
        between(
            "postern.ingress.max-memory-percent-per-address",
            ingress.maxMemoryPercentPerAddress(),
            1,
            100);
    dataMemoryBytes =
        atLeast( // one message's share
            "postern.ingress.data-memory-bytes", ingress.dataMemoryBytes(), Memory.MESSAGE_BYTES);
    recipientMemoryBytes =
        atLeast( // one message's, with an address that may have an eighth
            "postern.ingress.recipient-memory-bytes", ingress.recipientMemoryBytes(), 1 << 20);
    shutdownPatience = positive("postern.ingress.shutdown-patience", ingress.shutdownPatience());
    recipientPatience =
        atMost(
            "postern.ingress.recipients.patience",
            ingress.recipients().patience(),
            MAX_RECIPIENT_PATIENCE);
    recipientTransactionPatience =
        positive(
            "postern.ingress.recipients.transaction-patience",
            ingress.recipients().transactionPatience());
    answerTimes = answerTimes(ingress.recipients());
    maxMissingPerAddress =
        atLeast(
            "postern.ingress.recipients.max-missing-per-address",
            ingress.recipients().maxMissingPerAddress(),
            1);
    recipientAnswerBytes =
        atLeast(
            "postern.ingress.recipients.memory-bytes",
            ingress.recipients().memoryBytes(),
            LEAST_ANSWER_BYTES);
    leastFree =
        LogSpace.mark(
            atLeast("postern.ingress.least-free-bytes", ingress.leastFreeBytes(), 0),
            between("postern.ingress.least-free-percent", ingress.leastFreePercent(), 0, 100));
  }

  private static AnswerTimes answerTimes(IngressSettings.Recipients recipients) {
    return new AnswerTimes(
        positive("postern.ingress.recipients.existing-holds", recipients.existingHolds()),
        positive("postern.ingress.recipients.refresh-after", recipients.refreshAfter()),
        positive("postern.ingress.recipients.missing-holds", recipients.missingHolds()),
        positive("postern.ingress.recipients.unknown-holds", recipients.unknownHolds()));
  }

  private static ConnectionBounds connections(IngressSettings ingress) {
    return new ConnectionBounds(
        atLeast("postern.ingress.max-connections", ingress.maxConnections(), 1),
        atLeast(
            "postern.ingress.max-connections-per-address", ingress.maxConnectionsPerAddress(), 1),
        atLeast(
            "postern.ingress.max-connections-per-network", ingress.maxConnectionsPerNetwork(), 1));
  }
}
