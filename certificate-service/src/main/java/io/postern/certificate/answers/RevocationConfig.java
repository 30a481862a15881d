package io.postern.certificate.answers;

import io.postern.certificate.revocation.store.RevocationSettings;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Revocation. Fetches of lists and OCSP responses, and lists on disk. */
@ConfigMapping(prefix = "postern.revocation")
public interface RevocationConfig extends RevocationSettings {
  @Override
  @WithDefault("false")
  boolean allowPrivateTargets();

  @Override
  Optional<String> httpProxy();

  @Override
  @WithDefault("data/crls")
  Path cacheFolder();

  @Override
  @WithDefault("1073741824")
  long cacheBytes();

  @Override
  @WithDefault("2s")
  Duration connectTimeout();

  @Override
  @WithDefault("5s")
  Duration fetchTimeout();

  @Override
  @WithDefault("20971520")
  long maxBytes();

  @Override
  @WithDefault("3")
  int maxRedirects();

  @Override
  @WithDefault("32")
  int concurrentFetches();

  @Override
  @WithDefault("4")
  int concurrentFetchesPerHost();

  @Override
  @WithDefault("10s")
  Duration failureMemory();

  @Override
  @WithDefault("5m")
  Duration failureMemoryLongest();

  @Override
  @WithDefault("1h")
  Duration refreshAfter();
}
