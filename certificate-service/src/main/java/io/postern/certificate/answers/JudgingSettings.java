package io.postern.certificate.answers;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Judgements of certificate chains. */
@ConfigMapping(prefix = "postern.judging")
public interface JudgingSettings {
  /** Concurrent judgements. One that waits for a fetch gives its place to another. */
  @WithDefault("200")
  int concurrent();

  /**
   * Queued questions, the newest first. Beyond it the oldest is answered as {@code unavailable}.
   */
  @WithDefault("2000")
  int waiting();

  /**
   * Validations that wait for a revocation list or an OCSP response; they block no other. One more
   * is answered as {@code unavailable}.
   */
  @WithDefault("2000")
  int waitingForLists();

  /** Memory for queued questions, and as much for those that wait for lists. */
  @WithDefault("16777216")
  long waitingBytes();

  /** Verdicts that are remembered as long as they are valid. */
  @WithDefault("4000")
  int remembered();
}
