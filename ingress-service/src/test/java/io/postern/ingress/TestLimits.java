package io.postern.ingress;

import io.postern.ingress.session.ServiceLimits;
import io.postern.ingress.session.SessionLimits;
import io.postern.smtp.Address;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The limits of a test's sessions: most as the settings have them, and changed one by one. */
public final class TestLimits {
  /** Unchanged. */
  public static final SessionLimits DEFAULT = new TestLimits().made();

  public String hostName = "mx.postern.example";
  public long maxMessageBytes = 10 << 20;
  public Duration lifetime = Duration.ofMinutes(20);
  public int messages = 1_000;
  public int messagesPerMinutePerNetwork;
  public int recipients = 1_000;
  public Duration idleTimeout = Duration.ofMinutes(5);
  public Duration stressTimeout = Duration.ofSeconds(10);
  public Duration handshakeTimeout = Duration.ofMinutes(1);
  public Duration messageDeadline = Duration.ofMinutes(30);
  public Duration verdictHolds = Duration.ofMinutes(1);
  public Duration memoryPatience = Duration.ofSeconds(5);
  public int promptCommands = 200;
  public int badCommands = 20;
  public int leastRate;
  public int leastRateUnderStress = 1024;
  public @Nullable Address postmaster = Address.parse("postmaster@contoso.example");

  /** As they are now. */
  public SessionLimits made() {
    return new SessionLimits(
        hostName,
        maxMessageBytes,
        lifetime,
        messages,
        messagesPerMinutePerNetwork,
        recipients,
        new ServiceLimits(
            idleTimeout,
            stressTimeout,
            handshakeTimeout,
            messageDeadline,
            Duration.ofSeconds(10),
            verdictHolds,
            memoryPatience,
            promptCommands,
            badCommands,
            100,
            256 * 1024,
            leastRate,
            leastRateUnderStress,
            postmaster));
  }
}
