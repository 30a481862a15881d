package io.postern.certificate.judging;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.Problem;
import io.postern.contracts.v1.VerdictReason;
import io.postern.names.CertificateNames;
import io.postern.names.DomainNames;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.jspecify.annotations.Nullable;

/**
 * The leaf's DNS names, as {@link CertificateNames} gives them to connectors and gates, against the
 * dNSName constraints of every CA above it and of the anchor (RFC 5280 §4.2.1.10). Beside PKIX,
 * which reads names by a rule of its own: there a common name with a wildcard or the root's dot is
 * no DNS name, and a dNSName with the root's dot is another one than without. RFC 5280 does not
 * speak of wildcards: here one is refused where it stands for a name that is excluded. The time
 * grows with the sum of names and subtrees, not with their product. Stateless, any thread.
 */
final class DnsNameConstraints {
  private DnsNameConstraints() {}

  static @Nullable Problem problem(CandidatePath path) {
    List<String> names = CertificateNames.of(path.leaf().x509());
    List<ParsedCertificate> all = path.all();
    for (ParsedCertificate issuer : all.subList(1, all.size())) {
      NameConstraints constraints = issuer.nameConstraints();
      if (constraints == null) {
        continue;
      }
      Set<String> permitted = domains(constraints.getPermittedSubtrees());
      Set<String> excluded = domains(constraints.getExcludedSubtrees());
      Set<String> parents = new HashSet<>();
      excluded.forEach(domain -> parents.add(DomainNames.parent(domain)));
      for (String name : names) {
        boolean allowed = permitted.isEmpty() || within(name, permitted);
        boolean standsForExcluded =
            name.startsWith("*.") && parents.contains(DomainNames.parent(name));
        if (!allowed || standsForExcluded || within(name, excluded)) {
          return new Problem(
              VerdictReason.NAME_CONSTRAINT,
              path.leaf() + " has the name " + name + ", for which " + issuer + " may not issue");
        }
      }
    }
    return null;
  }

  private static Set<String> domains(GeneralSubtree @Nullable [] subtrees) {
    Set<String> domains = new HashSet<>();
    for (GeneralSubtree subtree : subtrees == null ? new GeneralSubtree[0] : subtrees) {
      GeneralName base = subtree.getBase();
      if (base.getTagNo() == GeneralName.dNSName) {
        domains.add(DomainNames.normal(base.getName().toString()));
      }
    }
    return domains;
  }

  /** One of the domains, or below one; {@code .x} has those below x, and the empty one has all. */
  private static boolean within(String name, Set<String> domains) {
    boolean within = domains.contains("") || domains.contains(name);
    for (int dot = name.indexOf('.'); dot >= 0 && !within; dot = name.indexOf('.', dot + 1)) {
      within = domains.contains(name.substring(dot)) || domains.contains(name.substring(dot + 1));
    }
    return within;
  }
}
