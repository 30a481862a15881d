package io.postern.certificate.api;

import io.postern.certificate.published.PublishedCapabilities;
import io.postern.certificate.published.PublishedCertificate;
import io.postern.certificate.published.PublishedPage;
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

  static PublishedInformation of(PublishedPage.Content content) {
    return new PublishedInformation(
        content.at(), CertificatesResource.NOTE, content.certificates(), content.capabilities());
  }
}
