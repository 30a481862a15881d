package io.postern.certificate.revocation.crl;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.fetch.FetchException;
import io.postern.certificate.fetch.FetchException.Kind;
import io.postern.certificate.fetch.HttpFetch;
import io.postern.certificate.revocation.Patience;
import io.postern.certificate.revocation.store.ClearedCertificate;
import io.postern.certificate.revocation.store.Endpoints;
import io.postern.certificate.revocation.store.PublicationStore;
import io.postern.certificate.revocation.store.RestingException;
import io.postern.certificate.revocation.store.RevocationSettings;
import io.postern.certificate.revocation.store.Source;
import io.postern.certificate.revocation.store.StoreListener;
import io.postern.contracts.Fingerprints;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The lists in use, each by its URL and the certificate whose key must have signed it: so one
 * issuer's certificate cannot spoil the lists of another. On disk they outlive a restart; a list
 * that is forgotten leaves its file, within the folder's limit. Replicas on one folder fetch a list
 * once. See {@link PublicationStore}.
 */
public final class CrlStore {
  private static final Logger LOG = Logger.getLogger(CrlStore.class);
  private static final Duration LOOK_EVERY = Duration.ofMillis(50);

  /** A list that a finding rests on. */
  record UsedList(String url, ParsedCertificate signer, Crl list) {}

  private final RevocationSettings settings;
  private final CrlFiles files;
  private final HttpFetch http;
  private final Endpoints endpoints;
  private final InstantSource clock;
  private final PublicationStore<Crl> lists;

  /**
   * @throws IOException when the folder cannot be used
   */
  public CrlStore(
      RevocationSettings settings,
      HttpFetch http,
      Endpoints endpoints,
      InstantSource clock,
      StoreListener listener)
      throws IOException {
    this.settings = settings;
    this.files = new CrlFiles(settings.cacheFolder());
    this.http = http;
    this.endpoints = endpoints;
    this.clock = clock;
    this.lists = new PublicationStore<>(settings, clock, listener);
  }

  /** The list at a URL. */
  public PublicationStore.Answer<Crl> current(
      String url, ParsedCertificate signer, Patience patience) throws InterruptedException {
    return lists.current(new ListAt(url, signer), patience);
  }

  /** The same, for as long as this from now at most. */
  PublicationStore.Answer<Crl> within(
      String url, ParsedCertificate signer, Duration time, Patience patience)
      throws InterruptedException {
    Instant end = clock.instant().plus(time);
    return lists.current(new ListAt(url, signer), patience.noLongerThan(end));
  }

  /** This list has cleared a certificate. */
  void cleared(UsedList by, ClearedCertificate certificate) {
    lists.cleared(new ListAt(by.url(), by.signer()), by.list(), certificate);
  }

  /**
   * A newer list of this URL, or newer changes to it, revoke a certificate: the store fetches its
   * lists of this URL again, and the changes that cleared the certificate here.
   *
   * @param certificate SHA-256 of it
   * @param by thisUpdate of the newer one
   */
  public void overtaken(String url, byte[] certificate, Instant by) {
    lists.overtaken(url, certificate, by);
  }

  /** Starts the fetches that are due and forgets the lists that no question needs. */
  public void refresh() {
    lists.refresh();
  }

  /** Keeps the folder, and the lists in use from it, within its limit. */
  public void shrink() {
    try {
      files.shrinkTo(settings.cacheBytes());
    } catch (IOException e) {
      LOG.warnf("postern.revocation.cache-folder cannot be cleaned: %s", e);
    }
    lists.compareWithDisk();
  }

  /** Of the lists that are in use. */
  long heldBytes() {
    return lists.held().stream().mapToLong(Crl::size).sum();
  }

  static String name(String url, ParsedCertificate signer) {
    String whose = Fingerprints.hex(signer.fingerprint());
    return Fingerprints.hex(
        Fingerprints.sha256((whose + " " + url).getBytes(StandardCharsets.UTF_8)));
  }

  private final class ListAt implements Source<Crl> {
    private final String url;
    private final ParsedCertificate signer;
    private final String name;

    ListAt(String url, ParsedCertificate signer) {
      this.url = url;
      this.signer = signer;
      this.name = CrlStore.name(url, signer);
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public String kind() {
      return "the list";
    }

    @Override
    public String url() {
      return url;
    }

    @Override
    public @Nullable StoredCopy<Crl> stored() {
      return stored(false);
    }

    private @Nullable StoredCopy<Crl> stored(boolean shared) {
      CrlFiles.StoredList stored = files.load(name);
      if (stored == null || CrlSignature.problem(stored.crl(), signer) != null) {
        return null;
      }
      Instant now = clock.instant();
      Instant fetchedAt = stored.fetchedAt().isAfter(now) ? now : stored.fetchedAt();
      return new StoredCopy<>(stored.crl(), fetchedAt, shared);
    }

    @Override
    public void used(Instant now) {
      files.used(name, now);
    }

    @Override
    public FileState onDisk(Instant fetchedAt) {
      return files.state(name, fetchedAt);
    }

    /** Waits for another replica's fetch for half the time of one, and then fetches too. */
    @Override
    public StoredCopy<Crl> fetch(RefreshRequest wanted, Instant now)
        throws FetchException, RestingException, InterruptedException {
      long end = System.nanoTime() + settings.fetchTimeout().dividedBy(2).toNanos();
      OtherReplicas others = new OtherReplicas(wanted);
      while (true) {
        boolean late = System.nanoTime() - end > 0;
        try (FetchTurns.Turn turn = files.turn(name)) {
          StoredCopy<Crl> shared = others.look(now);
          if (shared != null) {
            return shared;
          }
          if (turn != null || late) {
            return new StoredCopy<>(
                endpoints.ask(url, kind(), () -> fetch(wanted.newest(), now)), now, false);
          }
        }
        Thread.sleep(LOOK_EVERY);
      }
    }

    /** The lists that other replicas fetch meanwhile; each file is read once. */
    private final class OtherReplicas {
      private final RefreshRequest wanted;
      private Instant looked;

      OtherReplicas(RefreshRequest wanted) {
        this.wanted = wanted;
        this.looked = wanted.fetchedAt();
      }

      @Nullable StoredCopy<Crl> look(Instant now) {
        Instant there = files.fetchedAt(name);
        // By a clock that is ahead it would be newer than each fetch from now on.
        boolean ahead = there != null && there.isAfter(clock.instant());
        if (there == null || ahead || !there.isAfter(looked)) {
          return null;
        }
        looked = there;
        StoredCopy<Crl> copy = stored(true);
        return copy != null && copy.published().currentAt(now) && newer(copy.published())
            ? copy
            : null;
      }

      private boolean newer(Crl list) {
        Instant newest = wanted.newest();
        return newest == null
            || list.thisUpdate().isAfter(newest)
            || !wanted.overtaken() && list.thisUpdate().equals(newest);
      }
    }

    // Mapped from its place on disk, unless it is stale or older than the file there.
    private Crl fetch(@Nullable Instant newest, Instant now)
        throws FetchException, InterruptedException {
      try {
        Path fresh = files.fresh();
        try {
          http.fetch(
              url, HttpFetch.Request.list(settings.maxBytes()), () -> Files.newOutputStream(fresh));
          Crl crl = Crl.map(fresh);
          String problem = CrlSignature.problem(crl, signer);
          if (problem != null) {
            throw new FetchException(Kind.WRONG_SIGNER, problem);
          }
          boolean older = newest != null && crl.thisUpdate().isBefore(newest);
          if (crl.currentAt(now) && !older) {
            files.keep(fresh, name, now);
          }
          return crl;
        } finally {
          Files.deleteIfExists(fresh);
          if (files.over(settings.cacheBytes())) {
            shrink();
          }
        }
      } catch (MalformedCrlException e) {
        throw new FetchException(Kind.GARBAGE, "the content is not a list: " + e.getMessage());
      } catch (IOException e) {
        LOG.warnf("postern.revocation.cache-folder: a list cannot be stored: %s", e);
        throw new FetchException(Kind.NOT_STORED, "the list could not be stored");
      }
    }
  }
}
