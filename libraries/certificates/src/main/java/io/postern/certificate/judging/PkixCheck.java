package io.postern.certificate.judging;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.Problem;
import io.postern.contracts.v1.VerdictReason;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXReason;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.jspecify.annotations.Nullable;

/**
 * A whole path by the JDK's PKIX (RFC 5280 §6.1), without revocation, so without network. Mostly
 * for name constraints and policies; the rest it sees again, as a second pair of eyes. Where
 * certain policies are asked for, Bouncy Castle's must agree: the JDK takes a policy that was
 * mapped away for one that is there (PKITS 4.10.13). Stateless, any thread.
 */
final class PkixCheck {
  private static final Provider BOUNCY_CASTLE = new BouncyCastleProvider();

  private PkixCheck() {}

  static @Nullable Problem problem(CandidatePath path, PathRules.Question question) {
    if (path.below().isEmpty()) {
      return null;
    }
    Problem problem = problem(path, question, null);
    return problem == null && !question.policies().acceptable().isEmpty()
        ? problem(path, question, BOUNCY_CASTLE)
        : problem;
  }

  private static @Nullable Problem problem(
      CandidatePath path, PathRules.Question question, @Nullable Provider provider) {
    try {
      List<X509Certificate> below = path.below().stream().map(ParsedCertificate::x509).toList();
      CertPathValidator validator =
          provider == null
              ? CertPathValidator.getInstance("PKIX")
              : CertPathValidator.getInstance("PKIX", provider);
      validator.validate(
          CertificateFactory.getInstance("X.509").generateCertPath(below),
          parameters(path, question));
      return null;
    } catch (CertPathValidatorException e) {
      int index = e.getIndex();
      String which =
          index >= 0 && index < path.below().size() ? path.below().get(index) + ": " : "";
      return new Problem(reason(e), which + e.getMessage());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has PKIX", e);
    }
  }

  private static PKIXParameters parameters(CandidatePath path, PathRules.Question question)
      throws GeneralSecurityException {
    X509Certificate anchor = path.anchor().x509();
    PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(anchor, null)));
    parameters.setRevocationEnabled(false);
    parameters.setDate(Date.from(question.now()));
    parameters.setPolicyQualifiersRejected(false);
    parameters.addCertPathChecker(new UnderstoodExtensions());
    PolicyInputs policies = question.policies();
    parameters.setInitialPolicies(policies.acceptable());
    parameters.setExplicitPolicyRequired(policies.explicit());
    parameters.setPolicyMappingInhibited(policies.inhibitMapping());
    parameters.setAnyPolicyInhibited(policies.inhibitAny());
    return parameters;
  }

  private static VerdictReason reason(CertPathValidatorException e) {
    return switch (e.getReason()) {
      case BasicReason basic ->
          switch (basic) {
            case EXPIRED -> VerdictReason.EXPIRED;
            case NOT_YET_VALID -> VerdictReason.NOT_YET_VALID;
            case REVOKED -> VerdictReason.REVOKED;
            case UNDETERMINED_REVOCATION_STATUS -> VerdictReason.REVOCATION_UNREACHABLE;
            case INVALID_SIGNATURE -> VerdictReason.BAD_SIGNATURE;
            case ALGORITHM_CONSTRAINED -> VerdictReason.WEAK_SIGNATURE;
            case UNSPECIFIED -> unspecified(e);
          };
      case PKIXReason pkix ->
          switch (pkix) {
            case NAME_CHAINING, NO_TRUST_ANCHOR -> VerdictReason.INCOMPLETE_CHAIN;
            case INVALID_KEY_USAGE -> VerdictReason.KEY_USAGE;
            case INVALID_POLICY -> VerdictReason.POLICY;
            case UNRECOGNIZED_CRIT_EXT -> VerdictReason.UNKNOWN_CRITICAL_EXTENSION;
            case NOT_CA_CERT -> VerdictReason.NOT_A_CA;
            case PATH_TOO_LONG -> VerdictReason.PATH_LENGTH;
            case INVALID_NAME -> VerdictReason.NAME_CONSTRAINT;
          };
      default -> VerdictReason.MALFORMED;
    };
  }

  // The JDK gives its refusal of a name that it cannot compare no reason of its own.
  private static VerdictReason unspecified(CertPathValidatorException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("name constraints")
        ? VerdictReason.NAME_CONSTRAINT
        : VerdictReason.MALFORMED;
  }
}
