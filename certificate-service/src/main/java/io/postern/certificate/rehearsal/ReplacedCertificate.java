package io.postern.certificate.rehearsal;

import com.google.protobuf.ByteString;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.UnusableCertificateException;
import io.postern.certificate.published.PublishedCertificate;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.CertificateChain;
import io.postern.contracts.v1.CertificateRole;
import io.postern.names.CertificateNames;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The certificate that is replaced, with its uses. Immutable.
 *
 * @param chain leaf first
 * @param ours its uses as one of our own; empty: it is not
 * @param role the role in which its holder was seen in traffic; empty: it was not seen
 */
record ReplacedCertificate(
    List<ParsedCertificate> chain,
    List<PublishedCertificate> ours,
    Optional<CertificateRole> role) {

  /**
   * @param replacement the new leaf
   * @param sha256 of the old leaf (hex, colons or not); "": the certificate that has a name of the
   *     new one, of our own first, then the one used last
   * @param seen recorded chains, which all lead to an anchor, the one used last at the end
   */
  static ReplacedCertificate find(
      ParsedCertificate replacement,
      String sha256,
      List<PublishedCertificate> ours,
      List<CertificateChain> seen)
      throws RehearsalException {
    Query query =
        new Query(
            sha256.replace(":", "").strip().toLowerCase(Locale.ROOT),
            replacement,
            CertificateNames.of(replacement.x509()));
    List<PublishedCertificate> own =
        ours.stream()
            .filter(published -> published.state() != PublishedCertificate.State.COMING)
            .filter(published -> query.is(published.chain().getFirst().der()))
            .toList();
    if (!own.isEmpty()) {
      List<ParsedCertificate> chain = own.getFirst().chain();
      ParsedCertificate leaf = chain.getFirst();
      return new ReplacedCertificate(
          chain,
          own.stream().filter(o -> o.chain().getFirst().equals(leaf)).toList(),
          newest(seen, der -> Arrays.equals(der, leaf.der())).map(CertificateChain::getRole));
    }
    Optional<CertificateChain> outside = newest(seen, query::is);
    if (outside.isEmpty()) {
      throw RehearsalException.refused(
          sha256.isEmpty()
              ? "no certificate of the installation or of the traffic has a matching name: specify "
                  + "the one that it replaces (replaces: its SHA-256)"
              : "replaces is "
                  + sha256
                  + ": no certificate of the installation or of the traffic has this SHA-256");
    }
    return new ReplacedCertificate(
        parsed(outside.get()), List.of(), outside.map(CertificateChain::getRole));
  }

  private static Optional<CertificateChain> newest(
      List<CertificateChain> seen, Predicate<byte[]> leaf) {
    return seen.reversed().stream()
        .filter(chain -> leaf.test(chain.getCertificates(0).toByteArray()))
        .findFirst();
  }

  private record Query(String sha256, ParsedCertificate replacement, List<String> names) {
    boolean is(byte[] leaf) {
      if (!sha256.isEmpty()) {
        return Fingerprints.hex(Fingerprints.sha256(leaf)).equals(sha256);
      }
      return !Arrays.equals(leaf, replacement.der())
          && CertificateNames.ofLeaf(List.of(leaf)).stream()
              .anyMatch(
                  old ->
                      names.stream()
                          .anyMatch(
                              name ->
                                  CertificateNames.matches(old, name)
                                      || CertificateNames.matches(name, old)));
    }
  }

  private static List<ParsedCertificate> parsed(CertificateChain seen) throws RehearsalException {
    List<ParsedCertificate> chain = new ArrayList<>();
    for (ByteString der : seen.getCertificatesList()) {
      try {
        chain.add(ParsedCertificate.parse(der.toByteArray()));
      } catch (UnusableCertificateException e) {
        throw RehearsalException.refused(
            "the certificate to replace cannot be read: " + e.getMessage());
      }
    }
    return chain;
  }
}
