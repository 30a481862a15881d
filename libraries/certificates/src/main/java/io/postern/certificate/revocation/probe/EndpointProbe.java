package io.postern.certificate.revocation.probe;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.fetch.FetchException;
import io.postern.certificate.fetch.FetchSettings;
import io.postern.certificate.fetch.FetchTrace;
import io.postern.certificate.fetch.HttpFetch;
import io.postern.certificate.revocation.crl.Crl;
import io.postern.certificate.revocation.crl.CrlFiles;
import io.postern.certificate.revocation.crl.MalformedCrlException;
import io.postern.certificate.revocation.ocsp.OcspQuestion;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A probe of one endpoint about one certificate, with a report how far it came, from the name to
 * the content: for administrators that prepare for a certificate. By the same fetch and the same
 * rules as {@link Revocation}; leaves nothing on disk.
 *
 * <p>Any thread; a probe blocks at most the fetch time-out. Bounds: a list {@link
 * FetchSettings#maxBytes}, an answer or certificates 64 KiB, and all bodies of this object together
 * {@code mostInAll}.
 */
public final class EndpointProbe {
  private static final int MOST_SMALL = 64 * 1024;

  private final HttpFetch http;
  private final FetchSettings settings;
  private final Path folder;
  private final AtomicLong left;

  /**
   * @param folder for a list while it is looked at; must be there
   * @param mostInAll bytes of all bodies together
   */
  public EndpointProbe(HttpFetch http, FetchSettings settings, Path folder, long mostInAll) {
    this.http = http;
    this.settings = settings;
    this.folder = folder;
    this.left = new AtomicLong(mostInAll);
  }

  /**
   * The subject of a probe, and the possible signers.
   *
   * @param issuer null: it is not at hand, so no signature can be checked
   * @param others certificates that may have signed its lists too (RFC 5280 §6.3.3 (f))
   */
  public record About(
      ParsedCertificate certificate,
      @Nullable ParsedCertificate issuer,
      List<ParsedCertificate> others,
      Instant now) {}

  public ProbeResult probe(Endpoint endpoint, About about) throws InterruptedException {
    Probe probe = new Probe(endpoint);
    Content content;
    try {
      content = endpoint.followed() ? probe.content(about) : notFollowed();
    } catch (FetchException e) {
      probe.trace = e.trace();
      probe.httpStatus = e.status();
      content = Content.nothing(status(e, endpoint.kind()), String.valueOf(e.getMessage()));
    } catch (IOException e) {
      content =
          Content.nothing(EndpointStatus.UNREACHABLE, "the content could not be stored here: " + e);
    }
    return new ProbeResult(
        endpoint, about.certificate(), probe.trace, probe.bytes, probe.httpStatus, content);
  }

  private static Content notFollowed() {
    return Content.nothing(EndpointStatus.NOT_FOLLOWED, "Postern asks by plain http only");
  }

  /** One probe with its facts, also when it fails; one thread. */
  private final class Probe {
    private final Endpoint endpoint;
    private FetchTrace trace = FetchTrace.NONE;
    private long bytes;
    private int httpStatus;

    Probe(Endpoint endpoint) {
      this.endpoint = endpoint;
    }

    Content content(About about) throws FetchException, IOException, InterruptedException {
      return switch (endpoint.kind()) {
        case CA_ISSUERS ->
            IssuerContent.examine(
                small(new HttpFetch.Request("application/pkix-cert", null, null, MOST_SMALL)),
                about);
        case CRL, FRESHEST_CRL -> list(about);
        case OCSP -> answer(about);
      };
    }

    // On disk and mapped: a list may be large, and a mapped one stays readable when it is deleted.
    private Content list(About about) throws FetchException, IOException, InterruptedException {
      Path file = Files.createTempFile(folder, "check", CrlFiles.FRESH);
      try {
        fetch(HttpFetch.Request.list(settings.maxBytes()), () -> Files.newOutputStream(file));
        return ListContent.examine(Crl.map(file), about, endpoint);
      } catch (MalformedCrlException e) {
        return Content.nothing(
            EndpointStatus.NOT_A_CRL, "the content is not a revocation list: " + e.getMessage());
      } finally {
        Files.deleteIfExists(file);
      }
    }

    private Content answer(About about) throws FetchException, InterruptedException {
      if (about.issuer() == null) {
        return Content.nothing(
            EndpointStatus.UNKNOWN,
            "a responder cannot be queried without the issuer's certificate, which is missing");
      }
      OcspQuestion question = OcspQuestion.about(about.certificate(), about.issuer());
      byte[] nonce = OcspQuestion.nonce();
      return AnswerContent.examine(small(question.post(nonce)), question, nonce, about.now());
    }

    private byte[] small(HttpFetch.Request request) throws FetchException, InterruptedException {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      fetch(request, () -> body);
      return body.toByteArray();
    }

    private void fetch(HttpFetch.Request request, HttpFetch.Sink to)
        throws FetchException, InterruptedException {
      trace = http.fetch(endpoint.url(), request, () -> new Counting(to.open()));
    }

    private final class Counting extends FilterOutputStream {
      Counting(OutputStream out) {
        super(out);
      }

      @Override
      public void write(byte[] piece, int offset, int length) throws IOException {
        bytes += length;
        if (left.addAndGet(-length) < 0) {
          throw new HttpFetch.SinkFullException();
        }
        out.write(piece, offset, length);
      }
    }
  }

  private static EndpointStatus status(FetchException e, Endpoint.Kind kind) {
    return switch (e.kind()) {
      case NOT_FOLLOWED -> EndpointStatus.NOT_FOLLOWED;
      case BLOCKED_ADDRESS -> EndpointStatus.BLOCKED_ADDRESS;
      case UNRESOLVED -> EndpointStatus.DNS_FAILURE;
      case REFUSED -> EndpointStatus.REFUSED;
      case SILENT -> EndpointStatus.SILENT;
      case UNREACHABLE, NOT_STORED -> EndpointStatus.UNREACHABLE;
      case TIMEOUT, BUSY -> EndpointStatus.TIMED_OUT;
      case DISCONNECTED -> EndpointStatus.DISCONNECTED;
      case HTTP -> e.status() == 0 ? noContent(kind) : EndpointStatus.HTTP_STATUS;
      case TOO_LARGE -> EndpointStatus.TOO_LARGE;
      case GARBAGE -> noContent(kind);
      case REFUSAL -> EndpointStatus.OCSP_ERROR;
      case WRONG_SIGNER -> EndpointStatus.WRONG_SIGNER;
      case STALE -> EndpointStatus.EXPIRED;
      case TLS, UNTRUSTED ->
          throw new IllegalStateException("endpoints are not queried over https", e);
    };
  }

  private static EndpointStatus noContent(Endpoint.Kind kind) {
    return switch (kind) {
      case CA_ISSUERS -> EndpointStatus.NOT_A_CERTIFICATE;
      case CRL, FRESHEST_CRL -> EndpointStatus.NOT_A_CRL;
      case OCSP -> EndpointStatus.NOT_AN_OCSP_RESPONSE;
    };
  }
}
