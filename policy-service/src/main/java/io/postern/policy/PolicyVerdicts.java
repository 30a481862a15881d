package io.postern.policy;

import io.postern.log.LogSettings;
import io.postern.log.asking.LossySender;
import io.postern.log.verdicts.KafkaVerdicts;
import io.postern.log.verdicts.VerdictSource;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/**
 * The verdicts that administrators' questions need, asked of certificate-service by topic. Reading
 * begins with the first question, since most replicas are never asked. Any thread.
 */
@Singleton
public class PolicyVerdicts {
  private final LogSettings settings;
  private final LossySender sender;
  private @Nullable KafkaVerdicts verdicts;

  PolicyVerdicts(LogSettings settings, LossySender sender) {
    this.settings = settings;
    this.sender = sender;
  }

  public synchronized VerdictSource source() {
    if (verdicts == null) {
      verdicts = new KafkaVerdicts(settings, sender);
    }
    return verdicts;
  }

  @PreDestroy
  synchronized void close() {
    if (verdicts != null) {
      verdicts.close();
    }
  }
}
