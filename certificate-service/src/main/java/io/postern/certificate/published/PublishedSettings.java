package io.postern.certificate.published;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** The bounds of the publication of our own certificates. */
@ConfigMapping(prefix = "postern.published")
public interface PublishedSettings {
  /** Client certificates too, which partners need to know the sender. */
  @WithDefault("true")
  boolean clientCertificates();
}
