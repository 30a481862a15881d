package io.postern.certificate.revocation.probe;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.fetch.FetchTrace;
import io.postern.certificate.revocation.crl.Crl;
import io.postern.certificate.revocation.ocsp.OcspAnswer;
import io.postern.certificate.revocation.store.Publication;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of one probe: an endpoint, asked about a certificate. Immutable.
 *
 * @param bytes of the body
 * @param httpStatus that was answered instead of content; 0: none
 */
public record ProbeResult(
    Endpoint endpoint,
    ParsedCertificate about,
    FetchTrace trace,
    long bytes,
    int httpStatus,
    Content content) {
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
    return content.published() instanceof OcspAnswer answer ? answer.responder() : null;
  }

  /** The OCSP response (DER); empty: none. */
  byte[] answer() {
    return content.answer();
  }
}
