package io.postern.certificate.revocation;

import io.postern.certificate.revocation.store.RevocationSettings;
import java.nio.file.Path;
import java.time.Duration;

/** As the service's defaults, but for what a test names. */
public record TestSettings(
    Path cacheFolder, boolean allowPrivateTargets, long maxBytes, Duration fetchTimeout)
    implements RevocationSettings {

  /** More time than what must succeed takes on a busy machine. */
  public static TestSettings in(Path folder) {
    return new TestSettings(folder, true, 1 << 20, Duration.ofSeconds(20));
  }

  /** Short times, for what must not be waited for. */
  public static TestSettings impatient(Path folder) {
    return in(folder).within(Duration.ofSeconds(1));
  }

  /** The same with this time for a fetch. */
  public TestSettings within(Duration time) {
    return new TestSettings(cacheFolder, allowPrivateTargets, maxBytes, time);
  }

  @Override
  public long cacheBytes() {
    return 10 << 20;
  }

  @Override
  public Duration connectTimeout() {
    return fetchTimeout.dividedBy(2);
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
