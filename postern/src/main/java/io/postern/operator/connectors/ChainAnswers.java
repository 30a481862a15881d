package io.postern.operator.connectors;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.Printable;
import io.postern.contracts.Spelling;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.RevocationStatus;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.rules.CertificateUse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.jspecify.annotations.Nullable;

/**
 * A verdict as answers to an administrator's questions: each step of the judge in its order, of
 * which the first that fails gives the verdict's reason. Those behind it are not known. Stateless,
 * any thread.
 */
final class ChainAnswers {
  private static final int MAX_TEXT = 500;

  /** The warning of Exchange's Health Checker for a hybrid's certificate. */
  private static final Duration SOON = Duration.ofDays(60);

  /** The steps, by the order of {@code ChainJudge}; {@code CHAIN} is asked only where it fails. */
  private enum Step {
    FORM,
    AUTHORITY,
    VALIDITY,
    CHAIN,
    PURPOSE,
    REVOCATION
  }

  private ChainAnswers() {}

  /**
   * @param verdict by the connector's anchors and revocation mode
   * @param byDefault by the default anchors, without revocation; the same question where the
   *     connector has no anchors of its own
   */
  static List<Answer> of(
      CertificateUse use,
      CertificateVerdict verdict,
      CertificateVerdict byDefault,
      @Nullable ParsedCertificate leaf,
      Instant now) {
    List<Answer> answers = new ArrayList<>();
    Step failed = verdict.getResult() == VerdictResult.GOOD ? null : step(verdict.getReason());
    for (Step step : Step.values()) {
      if (failed != null && step.compareTo(failed) > 0) {
        if (step != Step.CHAIN) {
          answers.add(
              Answer.unknown(question(step), "not looked at, since the chain fails before", ""));
        }
      } else if (step == failed) {
        answers.add(failure(step, use, verdict));
      } else if (step != Step.FORM && step != Step.CHAIN) {
        answers.add(Answer.yes(question(step), good(step, use, verdict, byDefault, leaf, now)));
      }
    }
    return answers;
  }

  private static String question(Step step) {
    return switch (step) {
      case FORM, CHAIN -> "chain";
      case AUTHORITY -> "authority";
      case VALIDITY -> "validity";
      case PURPOSE -> "purpose";
      case REVOCATION -> "revocation";
    };
  }

  private static Step step(VerdictReason reason) {
    return switch (reason) {
      case UNTRUSTED_ROOT, SELF_SIGNED, INCOMPLETE_CHAIN, BAD_SIGNATURE -> Step.AUTHORITY;
      case EXPIRED, NOT_YET_VALID -> Step.VALIDITY;
      case WEAK_KEY,
          WEAK_SIGNATURE,
          NOT_A_CA,
          PATH_LENGTH,
          NAME_CONSTRAINT,
          POLICY,
          UNKNOWN_CRITICAL_EXTENSION ->
          Step.CHAIN;
      case KEY_USAGE, EXTENDED_KEY_USAGE -> Step.PURPOSE;
      case REVOKED, REVOCATION_UNREACHABLE, REVOCATION_STALE -> Step.REVOCATION;
      case MALFORMED, TOO_COMPLEX, UNAVAILABLE, VERDICT_REASON_UNSPECIFIED, UNRECOGNIZED ->
          Step.FORM;
    };
  }

  private static Answer failure(Step step, CertificateUse use, CertificateVerdict verdict) {
    String why =
        Spelling.verdict(verdict)
            + (verdict.getDetail().isEmpty()
                ? ""
                : ": " + Printable.cut(verdict.getDetail(), MAX_TEXT));
    String cure = cure(verdict.getReason(), use);
    return verdict.getResult() == VerdictResult.BAD
        ? Answer.no(question(step), why, cure)
        : Answer.unknown(question(step), why, cure);
  }

  private static String cure(VerdictReason reason, CertificateUse use) {
    boolean own = !use.anchors().getId().isEmpty();
    return switch (reason) {
      case UNTRUSTED_ROOT, SELF_SIGNED ->
          "have it issued by an authority that "
              + (own ? "the connector's trustAnchors have" : "the default trust anchors have")
              + ", or write trustAnchors with the authority's root";
      case INCOMPLETE_CHAIN ->
          "have the server send that certificate if it is an intermediate, since nobody fetches it; if it is the root, "
              + (own ? "add it to the connector's trustAnchors" : "name it by trustAnchors")
              + ", or have the certificate issued by another authority";
      case BAD_SIGNATURE -> "send the intermediate that belongs to this certificate";
      case EXPIRED -> "install the next certificate";
      case NOT_YET_VALID -> "wait, or set the clock of this host";
      case KEY_USAGE, EXTENDED_KEY_USAGE ->
          "have a certificate issued for TLS servers"
              + (use.role() == CertificateRole.ROLE_CLIENT ? " or clients" : "");
      case REVOKED -> "do not use it: have another one issued";
      case REVOCATION_UNREACHABLE, REVOCATION_STALE ->
          "./run check with the same certificate shows each address that must be reached";
      case UNAVAILABLE -> "look at the connector's trustAnchors";
      default -> "./run check with the same certificate shows the chain";
    };
  }

  private static String good(
      Step step,
      CertificateUse use,
      CertificateVerdict verdict,
      CertificateVerdict byDefault,
      @Nullable ParsedCertificate leaf,
      Instant now) {
    return switch (step) {
      case AUTHORITY -> authority(use, verdict, byDefault);
      case VALIDITY -> validity(leaf, now);
      case PURPOSE -> purpose(use.role(), leaf);
      case REVOCATION -> revocation(use.revocation(), verdict);
      case FORM, CHAIN -> "";
    };
  }

  private static String revocation(RevocationMode mode, CertificateVerdict verdict) {
    if (mode == RevocationMode.REVOCATION_OFF) {
      return "not asked: the connector says revocation: off";
    }
    boolean silent =
        verdict.getRevocationList().stream()
            .anyMatch(found -> found.getStatus() == RevocationStatus.NOTHING_PUBLISHED);
    return (mode == RevocationMode.REVOCATION_BEST_EFFORT
            ? "not known to be revoked (revocation: bestEffort)"
            : "not revoked")
        + (silent ? "; of a certificate in the chain its authority publishes nothing" : "");
  }

  private static String authority(
      CertificateUse use, CertificateVerdict verdict, CertificateVerdict byDefault) {
    String anchor = Printable.cut(verdict.getAnchorSubject(), MAX_TEXT);
    String name = anchor.isEmpty() ? "" : " (" + anchor + ")";
    if (use.anchors().getId().isEmpty()) {
      return "by a default trust anchor" + name;
    }
    boolean everybody =
        byDefault.getResult() == VerdictResult.GOOD
            || step(byDefault.getReason()).compareTo(Step.AUTHORITY) > 0;
    return "by the connector's trustAnchors"
        + name
        + (everybody
            ? "; the default trust anchors trust it too"
            : "; the default trust anchors do not trust it, and neither may others");
  }

  private static String validity(@Nullable ParsedCertificate leaf, Instant now) {
    if (leaf == null) {
      return "valid";
    }
    Duration left = Duration.between(now, leaf.notAfter());
    return "ends at "
        + leaf.notAfter()
        + ", in "
        + left.toDays()
        + " days"
        + (left.compareTo(SOON) < 0 ? ": have the next one issued, and check it here first" : "");
  }

  private static String purpose(CertificateRole role, @Nullable ParsedCertificate leaf) {
    boolean client = leaf != null && leaf.mayServe(KeyPurposeId.id_kp_clientAuth);
    boolean server = leaf != null && leaf.mayServe(KeyPurposeId.id_kp_serverAuth);
    String has =
        client && server ? "serverAuth and clientAuth" : server ? "serverAuth" : "clientAuth";
    return role == CertificateRole.ROLE_CLIENT && !client
        ? "serverAuth alone, which counts for a server that sends too (decision 6)"
        : has;
  }
}
