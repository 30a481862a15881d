package io.postern.ingress;

import static io.postern.service.CheckedSettings.atLeast;
import static io.postern.service.CheckedSettings.between;
import static io.postern.service.CheckedSettings.positive;

import io.postern.ingress.intake.HeaderBlock;
import io.postern.ingress.session.ServiceLimits;
import io.postern.ingress.session.SessionLimits;
import io.postern.service.CheckedSettings;
import io.postern.smtp.Address;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The limits of sessions, of the service and of a listener, checked as {@link CheckedSettings} are.
 * Stateless.
 */
final class ConfiguredLimits {
  private static final String PREFIX = "postern.ingress";
  private static final Duration VERDICT_HOLDS = Duration.ofMinutes(1);
  private static final Duration MEMORY_PATIENCE = Duration.ofSeconds(30);
  private static final int MOST_RECIPIENTS = 1_000; // what one envelope in the log holds
  private static final int MOST_COMMANDS = 100_000;
  private static final int MOST_RATE = 1 << 20;
  private static final int MOST_PER_MINUTE = 1_000_000;

  private ConfiguredLimits() {}

  static SessionLimits of(IngressSettings ingress) {
    return new SessionLimits(
        CheckedSettings.hostName(PREFIX + ".host-name", ingress.hostName()),
        maxMessageBytes(PREFIX, ingress.maxMessageBytes(), ingress),
        positive(PREFIX + ".session-lifetime", ingress.sessionLifetime()),
        maxMessages(PREFIX, ingress.maxMessagesPerSession()),
        perMinutePerNetwork(PREFIX, ingress.maxMessagesPerMinutePerNetwork()),
        maxRecipients(PREFIX, ingress.maxRecipients()),
        service(ingress));
  }

  private static ServiceLimits service(IngressSettings ingress) {
    return new ServiceLimits(
        positive(PREFIX + ".idle-timeout", ingress.idleTimeout()),
        positive(PREFIX + ".stress-timeout", ingress.stressTimeout()),
        positive(PREFIX + ".handshake-timeout", ingress.handshakeTimeout()),
        positive(PREFIX + ".message-deadline", ingress.messageDeadline()),
        positive(PREFIX + ".verdict-patience", ingress.verdictPatience()),
        VERDICT_HOLDS,
        MEMORY_PATIENCE,
        between(PREFIX + ".prompt-commands", ingress.promptCommands(), 10, MOST_COMMANDS),
        between(PREFIX + ".max-bad-commands", ingress.maxBadCommands(), 1, MOST_COMMANDS),
        between(PREFIX + ".max-received-fields", ingress.maxReceivedFields(), 10, 1_000),
        between(
            PREFIX + ".max-header-bytes",
            ingress.maxHeaderBytes(),
            HeaderBlock.LIMIT,
            HeaderBlock.LOOKED_AT - 1),
        between(PREFIX + ".least-rate", ingress.leastRate(), 0, MOST_RATE),
        between(PREFIX + ".least-rate-under-stress", ingress.leastRateUnderStress(), 0, MOST_RATE),
        postmaster(ingress.postmaster().orElse(null)));
  }

  /**
   * The limits of a listener, which are the service's where it has none of its own.
   *
   * @param key of the listener's settings
   */
  static SessionLimits of(
      String key,
      IngressSettings.Listener listener,
      IngressSettings ingress,
      SessionLimits service) {
    return new SessionLimits(
        listener.hostName().isEmpty()
            ? service.hostName()
            : CheckedSettings.hostName(key + ".host-name", listener.hostName()),
        maxMessageBytes(key, listener.maxMessageBytes().orElse(service.maxMessageBytes()), ingress),
        positive(key + ".session-lifetime", listener.sessionLifetime().orElse(service.lifetime())),
        maxMessages(key, listener.maxMessagesPerSession().orElse(service.messages())),
        perMinutePerNetwork(
            key,
            listener
                .maxMessagesPerMinutePerNetwork()
                .orElse(service.messagesPerMinutePerNetwork())),
        maxRecipients(key, listener.maxRecipients().orElse(service.recipients())),
        service.service());
  }

  private static int maxMessages(String key, int value) {
    return atLeast(key + ".max-messages-per-session", value, 1);
  }

  private static int perMinutePerNetwork(String key, int value) {
    return between(key + ".max-messages-per-minute-per-network", value, 0, MOST_PER_MINUTE);
  }

  /** RFC 5321 §4.5.3.1.8: 100 must be taken. */
  private static int maxRecipients(String key, int value) {
    return between(key + ".max-recipients", value, 100, MOST_RECIPIENTS);
  }

  /** RFC 5321 §4.5.3.1.7: 64K octets must be taken. */
  private static long maxMessageBytes(String key, long value, IngressSettings ingress) {
    if (ingress.maxUnacceptedBytesPerAddress() < value) {
      throw new ConfigurationException(
          PREFIX
              + ".max-unaccepted-bytes-per-address is "
              + ingress.maxUnacceptedBytesPerAddress()
              + ": write at least "
              + key
              + ".max-message-bytes, "
              + value);
    }
    return atLeast(key + ".max-message-bytes", value, 65_536);
  }

  private static @Nullable Address postmaster(@Nullable String address) {
    if (address == null) {
      return null;
    }
    try {
      return Address.parse(address);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          PREFIX
              + ".postmaster is \""
              + address
              + "\": write an address such as postmaster@example.com");
    }
  }
}
