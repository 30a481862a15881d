package io.postern.certificate.published;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Published certificates. */
@ConfigMapping(prefix = "postern.published")
public interface PublishedSettings {
  /**
   * Publish the client certificates of delivery-service too, without the names that connectors have
   * for them. Partners need them to recognize the sender.
   */
  @WithDefault("true")
  boolean clientCertificates();
}
