package io.postern.certificate.answers;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** The bounds of questions that are judged, wait and are remembered. */
@ConfigMapping(prefix = "postern.judging")
public interface JudgingSettings {
  /** Judgements that run at one time; one that waits for a fetch is not among them. */
  @WithDefault("200")
  int concurrent();

  /** Questions that wait for their turn; beyond it the oldest is answered as unavailable. */
  @WithDefault("2000")
  int waiting();

  /** Judgements that wait for a list or an answer; one more is answered as unavailable. */
  @WithDefault("2000")
  int waitingForLists();

  /** Bytes of the questions that wait for their turn, and of those that wait for a list. */
  @WithDefault("16777216")
  long waitingBytes();

  /** Verdicts that are remembered until they are not valid any more. */
  @WithDefault("4000")
  int remembered();
}
