package io.postern.certificate.revocation;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.revocation.FetchException.Kind;
import io.postern.contracts.Fingerprints;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The lists that are in use, each by its URL and the certificate whose key must have signed it: so
 * one issuer's certificate cannot spoil what another's has fetched. On disk they outlive a restart;
 * a list that is forgotten leaves its file, within the folder's limit. See {@link PublishedStore}.
 */
public final class CrlStore {
  private static final Logger LOG = Logger.getLogger(CrlStore.class);

  private final RevocationSettings settings;
  private final CrlFiles files;
  private final HttpFetch http;
  private final InstantSource clock;
  private final PublishedStore<Crl> lists;

  /**
   * @param fetchCounter is told each fetch's result: "ok" or why it failed
   * @throws IOException when the folder cannot be used
   */
  public CrlStore(
      RevocationSettings settings,
      HttpFetch http,
      InstantSource clock,
      Consumer<String> fetchCounter)
      throws IOException {
    this.settings = settings;
    this.files = new CrlFiles(settings.cacheFolder());
    this.http = http;
    this.clock = clock;
    this.lists = new PublishedStore<>(settings, clock, fetchCounter);
  }

  /** The list at a URL, at the latest when {@code giveUp} has come. */
  PublishedStore.Answer<Crl> current(String url, ParsedCertificate signer, Instant giveUp)
      throws InterruptedException {
    return lists.current(new ListAt(url, signer), giveUp);
  }

  /** The same, for as long as this from now. */
  PublishedStore.Answer<Crl> within(String url, ParsedCertificate signer, Duration patience)
      throws InterruptedException {
    return lists.current(new ListAt(url, signer), clock.instant().plus(patience));
  }

  /** Starts the fetches that are due and forgets what nobody asks for. */
  public void refresh() {
    lists.refresh();
  }

  /** Keeps the folder within its limit. */
  public void shrink() {
    try {
      files.shrinkTo(settings.cacheBytes());
    } catch (IOException e) {
      LOG.warnf("postern.revocation.cache-folder cannot be cleaned: %s", e);
    }
  }

  private final class ListAt implements Source<Crl> {
    private final String url;
    private final ParsedCertificate signer;
    private final String name;

    ListAt(String url, ParsedCertificate signer) {
      this.url = url;
      this.signer = signer;
      String whose = Fingerprints.hex(signer.fingerprint());
      this.name =
          Fingerprints.hex(
              Fingerprints.sha256((whose + " " + url).getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public String what() {
      return "the list";
    }

    @Override
    public @Nullable Kept<Crl> kept() {
      CrlFiles.Stored stored = files.load(name);
      return stored != null && CrlSignature.problem(stored.crl(), signer) == null
          ? new Kept<>(stored.crl(), stored.fetchedAt())
          : null;
    }

    // Mapped from its place on disk, unless it is stale or older than what is there.
    @Override
    public Crl fetch(@Nullable Crl held, Instant now) throws FetchException, InterruptedException {
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
          boolean older = held != null && crl.thisUpdate().isBefore(held.thisUpdate());
          if (crl.currentAt(now) && !older) {
            files.keep(fresh, name);
          }
          return crl;
        } finally {
          Files.deleteIfExists(fresh);
        }
      } catch (GarbageException e) {
        throw new FetchException(Kind.GARBAGE, "what is there is no list: " + e.getMessage());
      } catch (IOException e) {
        LOG.warnf("postern.revocation.cache-folder: a list cannot be stored: %s", e);
        throw new FetchException(Kind.UNREACHABLE, "the list could not be stored");
      }
    }
  }
}
