package io.postern.certificate.answers;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How many questions are worked on, wait and are remembered. */
@ConfigMapping(prefix = "postern.judging")
public interface JudgingSettings {
  /** Questions in work at one time, without those that wait for something to be fetched. */
  @WithDefault("200")
  int concurrent();

  /** Questions that wait for their turn; beyond it the oldest is answered as unavailable. */
  @WithDefault("2000")
  int waiting();

  /** Questions that wait for a list or an answer; beyond it the next is answered as unavailable. */
  @WithDefault("2000")
  int waitingForLists();

  /** Bytes of the questions that wait, of either kind. */
  @WithDefault("16777216")
  long waitingBytes();

  /** Verdicts that are remembered until they are not valid any more. */
  @WithDefault("4000")
  int remembered();
}
