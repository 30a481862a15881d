package io.postern.certificate.judging;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.Problem;
import io.postern.contracts.v1.VerdictReason;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraintValidatorException;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.PKIXNameConstraintValidator;
import org.jspecify.annotations.Nullable;

/**
 * The name constraints of the anchor itself, which PKIX leaves aside (RFC 5280 §6.1.1 (d)) and the
 * JDK cannot do: a company that trusts a partner's root for the partner's names alone expects them
 * to hold. A common name that counts as a DNS name is {@link DnsNameConstraints}'s to check.
 * Stateless, any thread.
 */
final class AnchorNameConstraints {
  private AnchorNameConstraints() {}

  static @Nullable Problem problem(CandidatePath path) {
    NameConstraints constraints = path.anchor().nameConstraints();
    if (constraints == null) {
      return null;
    }
    PKIXNameConstraintValidator validator = new PKIXNameConstraintValidator();
    GeneralSubtree[] permitted = constraints.getPermittedSubtrees();
    if (permitted != null) {
      validator.intersectPermittedSubtree(permitted);
    }
    GeneralSubtree[] excluded = constraints.getExcludedSubtrees();
    if (excluded != null) {
      for (GeneralSubtree subtree : excluded) {
        validator.addExcludedSubtree(subtree);
      }
    }
    for (ParsedCertificate certificate : path.below()) {
      // RFC 5280 §4.2.1.10: not for self-issued certificates but the last.
      boolean bound = !certificate.selfIssued() || certificate.equals(path.leaf());
      if (bound && !allowed(validator, certificate)) {
        return new Problem(
            VerdictReason.NAME_CONSTRAINT,
            certificate + " has a name for which its anchor may not issue");
      }
    }
    return null;
  }

  private static boolean allowed(
      PKIXNameConstraintValidator validator, ParsedCertificate certificate) {
    try {
      X500Name subject = certificate.holder().getSubject();
      validator.checkPermittedDN(subject);
      validator.checkExcludedDN(subject);
      Extension extension = certificate.extension(Extension.subjectAlternativeName);
      if (extension != null) {
        for (GeneralName name : GeneralNames.getInstance(extension.getParsedValue()).getNames()) {
          validator.checkPermitted(name);
          validator.checkExcluded(name);
        }
      }
      return true;
    } catch (NameConstraintValidatorException e) {
      return false;
    }
  }
}
