package io.postern.certificate.revocation.probe;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.UnusableCertificateException;
import io.postern.certificate.revocation.crl.Crl;
import io.postern.certificate.revocation.fetch.FetchTrace;
import io.postern.certificate.revocation.ocsp.OcspAnswer;
import io.postern.certificate.revocation.store.Publication;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The result of one probe: an endpoint, asked about a certificate. Immutable. */
public final class ProbeResult {
  private final Endpoint endpoint;
  private final ParsedCertificate about;
  private final FetchTrace trace;
  private final long bytes;
  private final int httpStatus;
  private final Content content;

  ProbeResult(
      Endpoint endpoint,
      ParsedCertificate about,
      FetchTrace trace,
      long bytes,
      int httpStatus,
      Content content) {
    this.endpoint = endpoint;
    this.about = about;
    this.trace = trace;
    this.bytes = bytes;
    this.httpStatus = httpStatus;
    this.content = content;
  }

  /** One that was not waited for to its end. */
  public static ProbeResult late(Endpoint endpoint, ParsedCertificate about) {
    return new ProbeResult(
        endpoint,
        about,
        FetchTrace.NONE,
        0,
        0,
        Content.nothing(EndpointStatus.TIMED_OUT, "the check's time had ended before it answered"));
  }

  public Endpoint endpoint() {
    return endpoint;
  }

  public ParsedCertificate about() {
    return about;
  }

  public EndpointStatus status() {
    return content.status();
  }

  public boolean ok() {
    return status() == EndpointStatus.OK;
  }

  /** In words; empty for OK. */
  public String reason() {
    return content.reason();
  }

  public FetchTrace trace() {
    return trace;
  }

  /** Of the body. */
  public long bytes() {
    return bytes;
  }

  /** That was answered instead of content; 0: none. */
  public int httpStatus() {
    return httpStatus;
  }

  /** The certificates that were there; the issuer's own first, if it is among them. */
  public List<ParsedCertificate> issuers() {
    return content.issuers();
  }

  /** Of the list or the answer; null: there is none. */
  public @Nullable Instant thisUpdate() {
    Publication published = content.published();
    return published == null ? null : published.thisUpdate();
  }

  /** Of the list or the answer; null: there is none, or it has none. */
  public @Nullable Instant nextUpdate() {
    Publication published = content.published();
    return published == null ? null : published.nextUpdate();
  }

  /** The list, by the right signer, current or not; null: none. */
  @Nullable Crl list() {
    return content.published() instanceof Crl list ? list : null;
  }

  /**
   * The certificate of the responder whose answer it is, if it does not exempt itself from being
   * looked up (RFC 6960 §4.2.2.2.1); null: there is none, or it cannot be read.
   */
  public @Nullable ParsedCertificate responder() {
    if (!(content.published() instanceof OcspAnswer answer) || answer.delegate().length == 0) {
      return null;
    }
    try {
      return ParsedCertificate.parse(answer.delegate());
    } catch (UnusableCertificateException e) {
      return null; // then its own revocation cannot be known
    }
  }

  /** The OCSP response (DER); empty: none. */
  byte[] answer() {
    return content.answer();
  }
}
