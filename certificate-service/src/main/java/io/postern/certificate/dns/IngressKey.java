package io.postern.certificate.dns;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.published.PublishedCertificate;
import io.postern.names.CertificateNames;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A server certificate of ingress that is presented, or is to be.
 *
 * @param sha256 of the leaf, hexadecimal
 * @param chain leaf first
 * @param planned when a coming one is to be presented; null: not said
 */
record IngressKey(
    String sha256, boolean coming, List<ParsedCertificate> chain, @Nullable Instant planned) {
  private static final String ALTERNATIVE_NAME = "2.5.29.17";

  IngressKey {
    chain = List.copyOf(chain);
  }

  /** Each once; those that are presented first. */
  static List<IngressKey> of(List<PublishedCertificate> ours) {
    List<IngressKey> keys = new ArrayList<>();
    for (boolean coming : new boolean[] {false, true}) {
      PublishedCertificate.State state =
          coming ? PublishedCertificate.State.COMING : PublishedCertificate.State.CURRENT;
      ours.stream()
          .filter(each -> each.use().equals("server") && each.state() == state)
          .map(
              each ->
                  new IngressKey(
                      each.certificate().sha256(),
                      coming,
                      each.chain(),
                      coming ? each.since() : null))
          .forEach(keys::add);
    }
    return keys;
  }

  /** The time as of which its chain is looked at: a coming one may begin later. */
  Instant at(Instant now) {
    Instant begin = chain.getFirst().notBefore();
    return coming && begin.isAfter(now) ? begin : now;
  }

  byte[] leaf() {
    return chain.getFirst().der();
  }

  List<byte[]> ders() {
    return chain.stream().map(ParsedCertificate::der).toList();
  }

  /** DNS names, wildcards among them; a common name is none for MTA-STS (RFC 8461 §4.2). */
  List<String> names() {
    X509Certificate leaf = chain.getFirst().x509();
    return leaf.getExtensionValue(ALTERNATIVE_NAME) == null ? List.of() : CertificateNames.of(leaf);
  }
}
