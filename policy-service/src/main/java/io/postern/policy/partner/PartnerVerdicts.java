package io.postern.policy.partner;

import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.log.LogSettings;
import io.postern.log.verdicts.KafkaVerdicts;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * certificate-service's verdicts on chains that administrators give. The log is read from the first
 * question on. Thread-safe; a question blocks 10 s at most, then it is unknown.
 */
@Singleton
class PartnerVerdicts {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final LogSettings settings;
  private @Nullable KafkaVerdicts verdicts;

  PartnerVerdicts(LogSettings settings) {
    this.settings = settings;
  }

  CertificateVerdict verdict(VerdictQuestion question) {
    return started().verdict(question, PATIENCE);
  }

  private synchronized KafkaVerdicts started() {
    KafkaVerdicts known = verdicts;
    if (known == null) {
      known = new KafkaVerdicts(settings);
      verdicts = known;
    }
    return known;
  }

  @PreDestroy
  synchronized void close() {
    if (verdicts != null) {
      verdicts.close();
    }
  }
}
