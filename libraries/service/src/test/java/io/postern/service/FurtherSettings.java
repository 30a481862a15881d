package io.postern.service;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** What an operator may set for {@link FurtherService}. */
@ConfigMapping(prefix = "postern.further")
public interface FurtherSettings {
  @WithDefault("10")
  int sessions();
}
