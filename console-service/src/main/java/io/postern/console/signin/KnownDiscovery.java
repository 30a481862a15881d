package io.postern.console.signin;

import io.postern.bounds.Share;
import io.postern.console.signin.ProviderException.Kind;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The provider's discovery document, which one sign-in at a time asks for. After ten minutes it is
 * asked for anew; the old one counts meanwhile, and for an hour more where no new one comes: the
 * provider's addresses hardly ever change, and a slow answer is to keep nobody out. Any thread; the
 * first document is waited for.
 */
final class KnownDiscovery {
  private static final Logger LOG = Logger.getLogger(KnownDiscovery.class);
  private static final long NEW_NANOS = Duration.ofMinutes(10).toNanos();
  private static final long COUNTS_NANOS = NEW_NANOS + Duration.ofHours(1).toNanos();
  private static final long AGAIN_NANOS = Duration.ofMinutes(1).toNanos();

  private final Source source;
  private final LongSupplier clock;
  private final Duration patience;
  private final Share waiting = ProviderHttp.places();
  private final ReentrantLock asking = new ReentrantLock();
  private volatile @Nullable Known known;

  /** Asks the provider. */
  interface Source {
    Discovery ask(String network) throws ProviderException;
  }

  private record Known(Discovery discovery, long since, long again) {}

  /**
   * @param clock of nanoseconds
   * @param patience with another sign-in that asks for the first document
   */
  KnownDiscovery(Source source, LongSupplier clock, Duration patience) {
    this.source = source;
    this.clock = clock;
    this.patience = patience;
  }

  /**
   * @param network of the browser
   */
  Discovery get(String network) throws ProviderException {
    Known last = counting();
    if (last == null) {
      return first(network);
    }
    if (clock.getAsLong() - last.again() < 0 || !asking.tryLock()) {
      return last.discovery();
    }
    try {
      return renewed(last, network);
    } finally {
      asking.unlock();
    }
  }

  private @Nullable Known counting() {
    Known last = known;
    return last != null && clock.getAsLong() - last.since() < COUNTS_NANOS ? last : null;
  }

  private Discovery renewed(Known last, String network) {
    try {
      return asked(network);
    } catch (ProviderException e) {
      if (e.kind() != Kind.CROWDED) { // a network without a place decides for no other
        known = new Known(last.discovery(), last.since(), clock.getAsLong() + AGAIN_NANOS);
        LOG.warnf(
            "The discovery document of the OpenID provider cannot be renewed; the last one is used "
                + "for an hour at most: %s",
            e.getMessage());
      }
      return last.discovery();
    }
  }

  private Discovery first(String network) throws ProviderException {
    try (Share.Held place = waiting.take(network, 1)) {
      if (place == null) {
        throw ProviderHttp.crowded();
      }
      return inTurn(network);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ProviderException(Kind.SILENT, "the service stops");
    }
  }

  private Discovery inTurn(String network) throws ProviderException, InterruptedException {
    if (!asking.tryLock(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new ProviderException(
          Kind.SILENT, "another sign-in is still waiting for the discovery document");
    }
    try {
      Known last = counting();
      return last == null ? asked(network) : last.discovery();
    } finally {
      asking.unlock();
    }
  }

  private Discovery asked(String network) throws ProviderException {
    Discovery discovery = source.ask(network);
    long now = clock.getAsLong();
    known = new Known(discovery, now, now + NEW_NANOS);
    return discovery;
  }
}
