package io.postern.certificate.api;

import io.postern.certificate.published.PublishedCapabilities;
import io.postern.certificate.published.PublishedCertificate;
import io.postern.certificate.published.PublishedPage;
import java.time.Instant;
import java.util.List;

/**
 * Our certificates and what our TLS engines do, as they were at a time.
 *
 * @param note what TLS does not do (S1)
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
