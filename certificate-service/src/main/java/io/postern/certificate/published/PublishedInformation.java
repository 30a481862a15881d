package io.postern.certificate.published;

import java.time.Instant;
import java.util.List;

/**
 * Our certificates and the capabilities of our TLS engines, at one time.
 *
 * @param note the limits of TLS (S1)
 */
public record PublishedInformation(
    Instant at,
    String note,
    List<PublishedCertificate> certificates,
    List<PublishedCapabilities> capabilities) {
  static final String NOTE =
      "TLS protects the connection, not the message: every recipient host can read it.";
}
