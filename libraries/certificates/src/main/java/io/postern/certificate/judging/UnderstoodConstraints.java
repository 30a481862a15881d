package io.postern.certificate.judging;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.Problem;
import io.postern.contracts.v1.VerdictReason;
import java.math.BigInteger;
import java.util.Set;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.jspecify.annotations.Nullable;

/**
 * The check that all of an issuer's name constraints are understood here. RFC 5280 §4.2.1.10 asks
 * to refuse a kind of constraint that is not processed where a name of that kind appears below;
 * stricter and simpler: wherever one may appear, which is below each CA, critical or not. The kinds
 * that are processed: directoryName, dNSName, iPAddress, rfc822Name, uniformResourceIdentifier.
 * Stateless, any thread.
 */
final class UnderstoodConstraints {
  private static final Set<Integer> PROCESSED =
      Set.of(
          GeneralName.directoryName,
          GeneralName.dNSName,
          GeneralName.iPAddress,
          GeneralName.rfc822Name,
          GeneralName.uniformResourceIdentifier);

  private UnderstoodConstraints() {}

  /**
   * @param issuer a CA of the path, or the anchor
   */
  static @Nullable Problem problem(ParsedCertificate issuer) {
    NameConstraints constraints = issuer.nameConstraints();
    if (constraints == null) {
      return null;
    }
    Problem permitted = problem(issuer, constraints.getPermittedSubtrees());
    return permitted != null ? permitted : problem(issuer, constraints.getExcludedSubtrees());
  }

  private static @Nullable Problem problem(
      ParsedCertificate issuer, GeneralSubtree @Nullable [] subtrees) {
    if (subtrees == null) {
      return null;
    }
    for (GeneralSubtree subtree : subtrees) {
      int kind = subtree.getBase().getTagNo();
      if (!PROCESSED.contains(kind)) {
        return notUnderstood(issuer, "a name constraint of the kind " + word(kind));
      }
      // RFC 5280 §4.2.1.10: minimum is 0, maximum is absent.
      if (!subtree.getMinimum().equals(BigInteger.ZERO) || subtree.getMaximum() != null) {
        return notUnderstood(issuer, "a name constraint with a minimum or a maximum");
      }
    }
    return null;
  }

  private static Problem notUnderstood(ParsedCertificate issuer, String what) {
    return new Problem(
        VerdictReason.NAME_CONSTRAINT,
        issuer + " has " + what + ", which is not processed: certificates below it are refused");
  }

  private static String word(int kind) {
    return switch (kind) {
      case GeneralName.otherName -> "otherName";
      case GeneralName.x400Address -> "x400Address";
      case GeneralName.ediPartyName -> "ediPartyName";
      case GeneralName.registeredID -> "registeredID";
      default -> "[" + kind + "]";
    };
  }
}
