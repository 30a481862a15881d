package io.postern.check;

import io.postern.certificate.fetch.FetchSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The settings of a check.
 *
 * @param fetchTimeout time for one fetch; a mail server, and the certificates that are missing,
 *     have twice that each, so that a check ends within six times that
 * @param allowPrivateTargets as {@code postern.revocation.allow-private-targets}
 * @param privateHosts dial mail servers at addresses that are not public
 * @param httpProxy as {@code postern.revocation.http-proxy}
 * @param maxBytes as {@code postern.revocation.max-bytes}
 * @param folder for a list while it is looked at; must be there
 */
public record CheckSettings(
    Duration fetchTimeout,
    boolean allowPrivateTargets,
    boolean privateHosts,
    Optional<String> httpProxy,
    long maxBytes,
    Path folder)
    implements FetchSettings {
  /** As a service fetches where nothing is configured. */
  public static final long MAX_BYTES = 20 << 20;

  static final int MAX_ENDPOINTS = 32;
  public static final int MAX_CERTIFICATES = 10;
  static final long MAX_BYTES_IN_ALL = 100 << 20;
  private static final int MAX_REDIRECTS = 3;

  @Override
  public Duration connectTimeout() {
    return fetchTimeout.dividedBy(2);
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
