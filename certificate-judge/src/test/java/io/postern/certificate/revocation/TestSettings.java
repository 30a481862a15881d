package io.postern.certificate.revocation;

import java.nio.file.Path;
import java.time.Duration;

/** As the service's defaults, but for what a test names; short times. */
public record TestSettings(
    Path cacheFolder, boolean allowPrivateTargets, long maxBytes, Duration fetchTimeout)
    implements RevocationSettings {

  public static TestSettings in(Path folder) {
    return new TestSettings(folder, true, 1 << 20, Duration.ofSeconds(1));
  }

  @Override
  public long cacheBytes() {
    return 10 << 20;
  }

  @Override
  public Duration connectTimeout() {
    return Duration.ofMillis(500);
  }

  @Override
  public int maxRedirects() {
    return 3;
  }

  @Override
  public int concurrentFetches() {
    return 32;
  }

  @Override
  public int concurrentFetchesPerHost() {
    return 4;
  }

  @Override
  public Duration failureMemory() {
    return Duration.ofSeconds(10);
  }

  @Override
  public Duration failureMemoryLongest() {
    return Duration.ofMinutes(5);
  }

  @Override
  public Duration refreshAfter() {
    return Duration.ofHours(1);
  }
}
