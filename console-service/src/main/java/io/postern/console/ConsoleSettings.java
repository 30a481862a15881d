package io.postern.console;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Settings of the read model. */
@ConfigMapping(prefix = "postern.console")
public interface ConsoleSettings {
  /** Days for which messages, refusals and verdicts are kept, today included. */
  @WithDefault("90")
  int retentionDays();

  /**
   * Refusals of one organization that are kept of a day, and verdicts; further ones are counted.
   * Strangers make them.
   */
  @WithDefault("50000")
  long mostADay();
}
