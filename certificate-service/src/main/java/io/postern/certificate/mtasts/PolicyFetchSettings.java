package io.postern.certificate.mtasts;

import io.postern.certificate.fetch.FetchSettings;
import java.time.Duration;
import java.util.Optional;

/**
 * The settings of every fetch, with bounds for policies: no redirects (RFC 8461 §3.3), and one
 * fetch at a time from a host.
 */
record PolicyFetchSettings(FetchSettings every, StsSettings policies) implements FetchSettings {
  @Override
  public boolean allowPrivateTargets() {
    return every.allowPrivateTargets();
  }

  @Override
  public Optional<String> httpProxy() {
    return every.httpProxy();
  }

  @Override
  public Duration connectTimeout() {
    return every.connectTimeout();
  }

  @Override
  public Duration fetchTimeout() {
    return policies.fetchTimeout();
  }

  @Override
  public long maxBytes() {
    return PolicyHost.MAX_BYTES;
  }

  @Override
  public int maxRedirects() {
    return 0;
  }

  @Override
  public int concurrentFetches() {
    return policies.concurrentFetches();
  }

  @Override
  public int concurrentFetchesPerHost() {
    return 1;
  }
}
