package io.postern.certificate.published;

import com.google.protobuf.ByteString;
import io.postern.certificate.CertificateFacts;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.UnusableCertificateException;
import java.util.ArrayList;
import java.util.List;

/**
 * A chain of a replica's record, read once. Immutable.
 *
 * @param certificates leaf first; at least one
 * @param facts of the same
 */
record OwnChain(List<ParsedCertificate> certificates, List<CertificateFacts> facts) {

  static OwnChain of(List<ByteString> ders) throws UnusableCertificateException {
    List<ParsedCertificate> certificates = new ArrayList<>();
    for (ByteString der : ders) {
      certificates.add(ParsedCertificate.parse(der.toByteArray()));
    }
    return new OwnChain(
        List.copyOf(certificates), certificates.stream().map(CertificateFacts::of).toList());
  }

  ParsedCertificate leaf() {
    return certificates.getFirst();
  }
}
