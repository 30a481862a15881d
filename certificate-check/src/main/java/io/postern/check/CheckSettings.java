package io.postern.check;

import io.postern.certificate.revocation.fetch.FetchSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How a check goes about it.
 *
 * @param step time for one fetch; a mail server, and the certificates that are missing, have twice
 *     that each, so that a check ends within six times that
 * @param privateEndpoints as {@code postern.revocation.allow-private-targets} of the installation
 * @param privateHosts dial mail servers at addresses that are not public
 * @param proxy as {@code postern.revocation.http-proxy} of the installation
 * @param maxBytes as {@code postern.revocation.max-bytes} of the installation
 * @param folder for a list while it is looked at; must be there
 */
public record CheckSettings(
    Duration step,
    boolean privateEndpoints,
    boolean privateHosts,
    Optional<String> proxy,
    long maxBytes,
    Path folder) {

  /** As a service fetches where nothing is configured. */
  public static final long MAX_BYTES = 20 << 20;

  static final int MAX_ENDPOINTS = 32;
  static final int MAX_CERTIFICATES = 10;
  static final long MAX_BYTES_IN_ALL = 100 << 20;

  FetchSettings fetching() {
    return new Fetching(this);
  }

  private record Fetching(CheckSettings check) implements FetchSettings {
    private static final int MAX_REDIRECTS = 3;

    @Override
    public boolean allowPrivateTargets() {
      return check.privateEndpoints();
    }

    @Override
    public Optional<String> httpProxy() {
      return check.proxy();
    }

    @Override
    public Duration connectTimeout() {
      return check.step().dividedBy(2);
    }

    @Override
    public Duration fetchTimeout() {
      return check.step();
    }

    @Override
    public long maxBytes() {
      return check.maxBytes();
    }

    @Override
    public int maxRedirects() {
      return MAX_REDIRECTS;
    }

    @Override
    public int concurrentFetches() {
      return MAX_ENDPOINTS;
    }

    @Override
    public int concurrentFetchesPerHost() {
      return MAX_ENDPOINTS;
    }
  }
}
