package io.postern.certificate;

import org.eclipse.microprofile.config.ConfigProvider;

/** The management interface of the service under test. */
public final class Management {
  private Management() {}

  /** Of health and metrics, without a slash at its end. */
  public static String uri() {
    return ConfigProvider.getConfig().getValue("test.management.url", String.class);
  }
}
