package io.postern.delivery.tlsrpt;

import io.postern.contracts.Reasons;
import io.postern.contracts.Spelling;
import io.postern.contracts.v1.VerdictReason;
import io.postern.dns.tlsrpt.ResultType;
import org.jspecify.annotations.Nullable;

/**
 * The meaning of our reasons in a report (RFC 8460 §4.3), by policy: a session that meets its
 * domain's policy is a success, also where a demand of our own connector refuses it. Without a
 * policy such a refusal is told, if it is about the host's TLS. Pure.
 */
final class ResultTypes {
  private ResultTypes() {}

  /**
   * Whether the session proves anything about the policy. A bug here does not, nor does a refusal
   * for another policy.
   */
  static boolean counts(String policyType, String reason) {
    return switch (reason) {
      case Reasons.VERDICT_UNAVAILABLE,
          Reasons.DANE_UNAVAILABLE,
          Reasons.REQUIRETLS_MX_UNPROVEN,
          Reasons.UNDECIDABLE ->
          false;
      // The DNS of the domain is unwell: that is about DANE.
      case Reasons.DNSSEC_INVALID -> policyType.equals(SessionPolicy.TLSA);
      default ->
          switch (policyType) {
            case SessionPolicy.TLSA -> !reason.startsWith(Reasons.MTA_STS_PREFIX);
            case SessionPolicy.STS -> !reason.startsWith(Reasons.DANE_PREFIX);
            default -> true;
          };
    };
  }

  /**
   * The type of a failure; null: a success.
   *
   * @param reason that {@link #counts}
   */
  static @Nullable ResultType failure(String policyType, String reason) {
    if (reason.isEmpty() || reason.equals(Reasons.REQUIRETLS_NOT_OFFERED)) {
      return null; // TLS stood
    }
    ResultType ofPolicy = ofPolicy(reason);
    if (ofPolicy != null) {
      return ofPolicy;
    }
    return policyType.equals(SessionPolicy.NO_POLICY_FOUND) ? ofDemand(reason) : null;
  }

  /** Null: the domain's policies do not speak of it. */
  private static @Nullable ResultType ofPolicy(String reason) {
    return switch (reason) {
      case Reasons.NOT_OFFERED,
          Reasons.STARTTLS_REFUSED,
          Reasons.DANE_STARTTLS_NOT_SUPPORTED,
          Reasons.MTA_STS_STARTTLS_NOT_SUPPORTED ->
          ResultType.STARTTLS_NOT_SUPPORTED;
      case Reasons.DANE_CERTIFICATE_EXPIRED, Reasons.MTA_STS_CERTIFICATE_EXPIRED ->
          ResultType.CERTIFICATE_EXPIRED;
      case Reasons.DANE_HOST_MISMATCH, Reasons.MTA_STS_HOST_MISMATCH ->
          ResultType.CERTIFICATE_HOST_MISMATCH;
      case Reasons.DANE_TLSA_INVALID -> ResultType.TLSA_INVALID;
      case Reasons.DANE_DNS_FAILURE, Reasons.DNSSEC_INVALID -> ResultType.DNSSEC_INVALID;
      case Reasons.DANE_NOT_PUBLISHED -> ResultType.DANE_REQUIRED;
      case Reasons.MTA_STS_CERTIFICATE_INVALID -> ResultType.CERTIFICATE_NOT_TRUSTED;
      // A handshake that failed; a host that is not in the policy (no type of its own).
      case Reasons.HANDSHAKE_FAILED, Reasons.MTA_STS_MX_MISMATCH -> ResultType.VALIDATION_FAILURE;
      default ->
          reason.startsWith(Reasons.MTA_STS_PREFIX) || reason.startsWith(Reasons.DANE_PREFIX)
              ? ResultType.VALIDATION_FAILURE
              : null;
    };
  }

  /** What a connector of ours demands of the host's TLS, and it has not. */
  private static ResultType ofDemand(String reason) {
    if (reason.equals(Spelling.of(VerdictReason.EXPIRED))) {
      return ResultType.CERTIFICATE_EXPIRED;
    }
    return switch (reason) {
      case Reasons.NAME_MISMATCH -> ResultType.CERTIFICATE_HOST_MISMATCH;
      case Reasons.VERSION_TOO_LOW, Reasons.NO_FORWARD_SECRECY -> ResultType.VALIDATION_FAILURE;
      case Reasons.NO_CERTIFICATE -> ResultType.CERTIFICATE_NOT_TRUSTED;
      default ->
          isVerdict(reason) ? ResultType.CERTIFICATE_NOT_TRUSTED : ResultType.VALIDATION_FAILURE;
    };
  }

  private static boolean isVerdict(String reason) {
    for (VerdictReason known : VerdictReason.values()) {
      if (reason.equals(Spelling.of(known))) {
        return true;
      }
    }
    return false;
  }
}
