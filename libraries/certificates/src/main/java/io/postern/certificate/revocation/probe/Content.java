package io.postern.certificate.revocation.probe;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.revocation.crl.Crl;
import io.postern.certificate.revocation.ocsp.OcspAnswer;
import io.postern.certificate.revocation.store.Publication;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint's content, examined. Immutable.
 *
 * @param reason in words; empty for OK
 * @param issuers certificates; the issuer's own first, if it is among them
 * @param published a list by the right signer, or an answer; null: neither
 * @param answer an OCSP response (DER); empty: none
 */
public record Content(
    EndpointStatus status,
    String reason,
    List<ParsedCertificate> issuers,
    @Nullable Publication published,
    byte[] answer) {
  private static final byte[] NO_ANSWER = {};

  /** Of a list or an answer that is not current. */
  static EndpointStatus notCurrent(Publication published, Instant now) {
    return now.plus(Publication.CLOCK_SKEW).isBefore(published.thisUpdate())
        ? EndpointStatus.NOT_YET_VALID
        : EndpointStatus.EXPIRED;
  }

  static Content nothing(EndpointStatus status, String reason) {
    return new Content(status, reason, List.of(), null, NO_ANSWER);
  }

  static Content certificates(
      EndpointStatus status, String reason, List<ParsedCertificate> certificates) {
    return new Content(status, reason, List.copyOf(certificates), null, NO_ANSWER);
  }

  static Content list(EndpointStatus status, String reason, Crl list) {
    return new Content(status, reason, List.of(), list, NO_ANSWER);
  }

  static Content answer(EndpointStatus status, String reason, OcspAnswer answer, byte[] der) {
    return new Content(status, reason, List.of(), answer, der);
  }
}
