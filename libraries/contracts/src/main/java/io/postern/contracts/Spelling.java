package io.postern.contracts;

import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.HandshakeFailure;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsVersion;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import java.util.Locale;

/**
 * Spelling of enum values in tokens, explanations and texts (docs/design/connectors.md, "Tokens and
 * reasons"). Values of a newer writer are spelled {@link #UNKNOWN}, never as a known one.
 */
public final class Spelling {
  /** Of a value that this version does not know. */
  public static final String UNKNOWN = "unknown";

  private Spelling() {}

  /** opportunistic, encryption-only, certificate-validation, domain-validation. */
  public static String of(TlsLevel level) {
    return switch (level) {
      case OPPORTUNISTIC, ENCRYPTION_ONLY, CERTIFICATE_VALIDATION, DOMAIN_VALIDATION ->
          hyphens(level);
      case TLS_LEVEL_UNSPECIFIED, UNRECOGNIZED -> UNKNOWN;
    };
  }

  /** untrusted-root, revoked, ...; empty with a good verdict. */
  public static String of(VerdictReason reason) {
    return switch (reason) {
      case VERDICT_REASON_UNSPECIFIED -> "";
      case UNRECOGNIZED -> UNKNOWN;
      default -> hyphens(reason);
    };
  }

  /** TLSv1.2, TLSv1.3. */
  public static String of(TlsVersion version) {
    return switch (version) {
      case TLS_1_2 -> "TLSv1.2";
      case TLS_1_3 -> "TLSv1.3";
      case TLS_VERSION_UNSPECIFIED, UNRECOGNIZED -> UNKNOWN;
    };
  }

  /** no-shared-version, unknown-ca, ...; empty where no handshake failed. */
  public static String of(HandshakeFailure failure) {
    return switch (failure) {
      case HANDSHAKE_FAILURE_UNSPECIFIED -> "";
      case UNRECOGNIZED -> UNKNOWN;
      default -> hyphens(failure).substring("handshake-".length());
    };
  }

  /** good, bad, unknown. A result that this version does not know is unknown (G4). */
  public static String of(VerdictResult result) {
    return switch (result) {
      case GOOD -> "good";
      case BAD -> "bad";
      case UNKNOWN, VERDICT_RESULT_UNSPECIFIED, UNRECOGNIZED -> UNKNOWN;
    };
  }

  /** good, bad/revoked, unknown/unavailable. */
  public static String verdict(CertificateVerdict verdict) {
    String result = of(verdict.getResult());
    String reason = of(verdict.getReason());
    return verdict.getResult() == VerdictResult.GOOD || reason.isEmpty()
        ? result
        : result + "/" + reason;
  }

  /** Any enum's value in small letters, with hyphens between its words. */
  public static String hyphens(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
