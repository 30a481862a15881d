package io.postern.check;

import io.postern.certificate.ParsedCertificate;
import java.util.ArrayList;
import java.util.List;

/** The order of a chain for a file's certificates: the leaf first. Stateless, any thread. */
public final class LeafFirst {
  private LeafFirst() {}

  /** The leaf is the first that has issued none of the others; the rest stays as it was. */
  public static List<ParsedCertificate> of(List<ParsedCertificate> certificates) {
    ParsedCertificate leaf =
        certificates.stream()
            .filter(candidate -> !issuedAny(candidate, certificates))
            .findFirst()
            .orElse(certificates.getFirst());
    List<ParsedCertificate> ordered = new ArrayList<>(List.of(leaf));
    certificates.stream().filter(c -> !c.equals(leaf)).forEach(ordered::add);
    return ordered;
  }

  private static boolean issuedAny(ParsedCertificate issuer, List<ParsedCertificate> certificates) {
    return certificates.stream()
        .anyMatch(c -> !c.equals(issuer) && c.issuer().equals(issuer.subject()));
  }
}
