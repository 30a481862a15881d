package io.postern.certificate.judging;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.Problem;
import io.postern.contracts.v1.VerdictReason;
import java.util.HashSet;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.x509.CertificatePolicies;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.PolicyInformation;
import org.jspecify.annotations.Nullable;

/**
 * The most policies and mappings that a certificate may have before PKIX sees it. PKIX builds a
 * tree of them without a bound of its own; any authority below some organization's anchor writes
 * them, and all organizations would lack the memory. Stateless, any thread.
 */
final class PolicyBounds {
  /** Policies of one certificate, and its mappings; public CAs have up to five. */
  static final int MOST = 32;

  private PolicyBounds() {}

  static @Nullable Problem problem(ParsedCertificate certificate) {
    Extension mappings = certificate.extension(Extension.policyMappings);
    if (mappings != null) {
      int count = ASN1Sequence.getInstance(mappings.getParsedValue()).size();
      if (count > MOST) {
        return tooMany(certificate, count + " policy mappings");
      }
    }
    Extension extension = certificate.extension(Extension.certificatePolicies);
    if (extension == null) {
      return null;
    }
    PolicyInformation[] policies =
        CertificatePolicies.getInstance(extension.getParsedValue()).getPolicyInformation();
    if (policies.length > MOST) {
      return tooMany(certificate, policies.length + " policies");
    }
    Set<ASN1ObjectIdentifier> seen = new HashSet<>();
    for (PolicyInformation policy : policies) {
      if (!seen.add(policy.getPolicyIdentifier())) { // RFC 5280 §4.2.1.4; would multiply as well
        return new Problem(
            VerdictReason.MALFORMED,
            certificate + " has the policy " + policy.getPolicyIdentifier() + " twice");
      }
    }
    return null;
  }

  private static Problem tooMany(ParsedCertificate certificate, String what) {
    return new Problem(
        VerdictReason.TOO_COMPLEX, certificate + " has " + what + ", at most " + MOST);
  }
}
