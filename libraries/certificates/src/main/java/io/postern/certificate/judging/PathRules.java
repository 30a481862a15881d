package io.postern.certificate.judging;

import io.postern.certificate.Algorithms;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.Problem;
import io.postern.contracts.v1.VerdictReason;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.bouncycastle.asn1.x509.Extension;
import org.jspecify.annotations.Nullable;

/**
 * The rules a path must satisfy, in the order in which they are looked at; within a rule the leaf
 * comes first. A path's problem is that of the first rule it breaks:
 *
 * <ol>
 *   <li>expired, not-yet-valid: of any certificate, the anchor included
 *   <li>too-complex: more than 32 policies or policy mappings in a certificate ({@link
 *       PolicyBounds}); malformed: a policy twice
 *   <li>too-complex (a key of more than 8192 bits), weak-key, weak-signature
 *   <li>not-a-ca, path-length, key-usage of the issuers
 *   <li>unknown-critical-extension
 *   <li>name-constraint: of a kind that is not understood ({@link UnderstoodConstraints}), then of
 *       the leaf's DNS names by any issuer ({@link DnsNameConstraints}), then by the anchor ({@link
 *       AnchorNameConstraints})
 *   <li>name-constraint, policy, and all else that PKIX refuses ({@link PkixCheck})
 *   <li>key-usage, extended-key-usage for the role
 * </ol>
 *
 * <p>Own rules and not PKIX alone, because PKIX does not look at the anchor's dates, constraints
 * and key, takes SHA-1 and RSA of 1024 bits from private roots, knows no role, and names half of
 * its refusals by a text only. Stateless, any thread.
 */
final class PathRules {
  // Bits of KeyUsage (RFC 5280 §4.2.1.3).
  private static final int DIGITAL_SIGNATURE = 0;
  private static final int KEY_ENCIPHERMENT = 2;
  private static final int KEY_AGREEMENT = 4;
  private static final int KEY_CERT_SIGN = 5;

  /** Critical extensions that are understood, here, by PKIX or by the revocation check. */
  static final Set<String> UNDERSTOOD =
      Set.of(
          Extension.keyUsage.getId(),
          Extension.basicConstraints.getId(),
          Extension.subjectAlternativeName.getId(),
          Extension.issuerAlternativeName.getId(),
          Extension.nameConstraints.getId(),
          Extension.cRLDistributionPoints.getId(),
          Extension.certificatePolicies.getId(),
          Extension.policyMappings.getId(),
          Extension.policyConstraints.getId(),
          Extension.extendedKeyUsage.getId(),
          Extension.inhibitAnyPolicy.getId());

  /**
   * The question.
   *
   * @param sha1 signatures with SHA-1 count, as they did once
   */
  record Question(Purpose purpose, PolicyInputs policies, Instant now, boolean sha1) {
    Question(Purpose purpose, PolicyInputs policies, Instant now) {
      this(purpose, policies, now, false);
    }
  }

  /** The first broken rule. */
  record BrokenRule(int rule, Problem problem) {}

  private interface Rule {
    @Nullable Problem problem(CandidatePath path, Question question);
  }

  private static final List<Rule> RULES =
      List.of(
          (path, question) -> first(path.all(), c -> validity(c, question.now())),
          (path, _) -> first(path.below(), PolicyBounds::problem),
          (path, question) -> algorithms(path, question.sha1()),
          (path, _) -> issuers(path),
          (path, _) -> first(path.all(), PathRules::criticalExtensions),
          (path, _) -> first(aboveTheLeaf(path), UnderstoodConstraints::problem),
          (path, _) -> DnsNameConstraints.problem(path),
          (path, _) -> AnchorNameConstraints.problem(path),
          PkixCheck::problem,
          PathRules::role);

  /** How many rules there are: a path that breaks none has come this far. */
  static final int COUNT = RULES.size();

  private PathRules() {}

  /** Null: the path is good, revocation apart. */
  static @Nullable BrokenRule firstBroken(CandidatePath path, Question question) {
    for (int i = 0; i < RULES.size(); i++) {
      Problem problem = RULES.get(i).problem(path, question);
      if (problem != null) {
        return new BrokenRule(i, problem);
      }
    }
    return null;
  }

  private static @Nullable Problem validity(ParsedCertificate certificate, Instant now) {
    if (now.isAfter(certificate.notAfter())) {
      return new Problem(
          VerdictReason.EXPIRED, certificate + " expired at " + certificate.notAfter());
    }
    if (now.isBefore(certificate.notBefore())) {
      return new Problem(
          VerdictReason.NOT_YET_VALID,
          certificate + " is not valid before " + certificate.notBefore());
    }
    return null;
  }

  private static @Nullable Problem algorithms(CandidatePath path, boolean sha1) {
    Problem key = first(path.all(), PathRules::key);
    return key != null ? key : first(path.below(), c -> signature(c, sha1));
  }

  private static @Nullable Problem key(ParsedCertificate certificate) {
    if (certificate.hugeKey()) {
      return new Problem(
          VerdictReason.TOO_COMPLEX, certificate + " has an RSA key of more than 8192 bits");
    }
    String weak = Algorithms.weakKey(certificate.key());
    return weak == null ? null : new Problem(VerdictReason.WEAK_KEY, certificate + " has " + weak);
  }

  // An anchor's own signature proves nothing and is not looked at.
  private static @Nullable Problem signature(ParsedCertificate certificate, boolean sha1) {
    String weak = Algorithms.weakSignature(certificate.holder().getSignatureAlgorithm());
    return weak == null || sha1 && weak.contains("SHA-1")
        ? null
        : new Problem(VerdictReason.WEAK_SIGNATURE, certificate + " is " + weak);
  }

  /** Of all but the first, which these have issued: may they? */
  static @Nullable Problem issuers(CandidatePath path) {
    List<ParsedCertificate> all = path.all();
    List<ParsedCertificate> issuers = aboveTheLeaf(path);
    Problem notCa = first(issuers, c -> notCa(c, path.anchor()));
    if (notCa != null) {
      return notCa;
    }
    Problem length = pathLength(all);
    return length != null ? length : first(issuers, PathRules::certificateSigning);
  }

  private static List<ParsedCertificate> aboveTheLeaf(CandidatePath path) {
    List<ParsedCertificate> all = path.all();
    return all.subList(1, all.size());
  }

  // RFC 5280 §6.1.4 (k). Old roots have no basic constraints: they are trusted by configuration.
  private static @Nullable Problem notCa(ParsedCertificate issuer, ParsedCertificate anchor) {
    boolean without = issuer.equals(anchor) && issuer.extension(Extension.basicConstraints) == null;
    return issuer.isCa() || without
        ? null
        : new Problem(
            VerdictReason.NOT_A_CA, issuer + " is not a CA and may not issue certificates");
  }

  // RFC 5280 §4.2.1.9: self-issued certificates and the leaf do not count.
  private static @Nullable Problem pathLength(List<ParsedCertificate> all) {
    int below = 0;
    for (ParsedCertificate issuer : all.subList(1, all.size())) {
      if (issuer.isCa() && below > issuer.pathLength()) {
        return new Problem(
            VerdictReason.PATH_LENGTH,
            issuer + " allows " + issuer.pathLength() + " CAs below itself, here are " + below);
      }
      if (!issuer.selfIssued()) {
        below++;
      }
    }
    return null;
  }

  private static @Nullable Problem certificateSigning(ParsedCertificate issuer) {
    return issuer.mayBeUsedFor(KEY_CERT_SIGN)
        ? null
        : new Problem(
            VerdictReason.KEY_USAGE, issuer + " may not sign certificates (keyUsage keyCertSign)");
  }

  private static @Nullable Problem criticalExtensions(ParsedCertificate certificate) {
    Set<String> critical = certificate.x509().getCriticalExtensionOIDs();
    if (critical == null) {
      return null;
    }
    for (String oid : critical) {
      if (!UNDERSTOOD.contains(oid)) {
        return new Problem(
            VerdictReason.UNKNOWN_CRITICAL_EXTENSION,
            certificate + " has the critical extension " + oid + ", which is unknown");
      }
    }
    return null;
  }

  private static @Nullable Problem role(CandidatePath path, Question question) {
    Purpose purpose = question.purpose();
    if (purpose == Purpose.ANY) {
      return null;
    }
    ParsedCertificate leaf = path.leaf();
    // A client always signs (RFC 8446 §4.4.3); a server may be asked to decrypt or agree instead.
    boolean usable =
        purpose == Purpose.CLIENT
            ? leaf.mayBeUsedFor(DIGITAL_SIGNATURE)
            : leaf.mayBeUsedFor(DIGITAL_SIGNATURE, KEY_ENCIPHERMENT, KEY_AGREEMENT);
    if (!usable) {
      return new Problem(
          VerdictReason.KEY_USAGE, leaf + " may not be used for TLS (keyUsage digitalSignature)");
    }
    // A CA's extended key usage limits its certificates, as all browsers and systems have it.
    List<ParsedCertificate> bound = path.below().isEmpty() ? path.all() : path.below();
    return first(bound, c -> extendedKeyUsage(c, purpose));
  }

  private static @Nullable Problem extendedKeyUsage(
      ParsedCertificate certificate, Purpose purpose) {
    return purpose.keyPurposes().stream().anyMatch(certificate::mayServe)
        ? null
        : new Problem(
            VerdictReason.EXTENDED_KEY_USAGE,
            certificate
                + " is not for TLS "
                + (purpose == Purpose.CLIENT
                    ? "clients (clientAuth or serverAuth)"
                    : "servers (serverAuth)"));
  }

  private static @Nullable Problem first(
      List<ParsedCertificate> certificates, Function<ParsedCertificate, @Nullable Problem> rule) {
    for (ParsedCertificate certificate : certificates) {
      Problem problem = rule.apply(certificate);
      if (problem != null) {
        return problem;
      }
    }
    return null;
  }
}
