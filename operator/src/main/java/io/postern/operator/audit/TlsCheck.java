package io.postern.operator.audit;

import io.postern.contracts.Spelling;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsVersion;
import io.postern.operator.audit.wire.OutcomeFields;
import io.postern.operator.audit.wire.RequirementFields;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Whether what a delivered outcome says of its session is what its requirement demands (G3;
 * docs/design/connectors.md, "TLS levels"). Names cannot be checked: an outcome has only some of
 * them.
 */
final class TlsCheck {
  private static final byte[] GOOD = "good".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NONE = "none(".getBytes(StandardCharsets.US_ASCII);

  private TlsCheck() {}

  /** What falls short; null: nothing. */
  static @Nullable String shortfall(OutcomeFields outcome) {
    RequirementFields required = outcome.requirement;
    TlsLevel level = TlsLevel.forNumber(required.level);
    if (level == null || level == TlsLevel.TLS_LEVEL_UNSPECIFIED) {
      return "the requirement names no level that is known";
    }
    int achieved = achieved(outcome.token.text(), Spelling.of(level));
    if (achieved < 0) {
      return "the token is not of this requirement";
    }
    boolean requireTls = required.requireTls == RequireTls.REQUIRE_TLS_YES_VALUE;
    boolean onTls =
        required.forwardSecrecy
            || required.minimumVersion > TlsVersion.TLS_1_2_VALUE
            || requireTls
            || level != TlsLevel.OPPORTUNISTIC;
    if (achieved < required.level && level != TlsLevel.OPPORTUNISTIC) {
      return "achieved less than " + Spelling.of(level);
    }
    if (achieved == TlsLevel.OPPORTUNISTIC_VALUE) {
      return onTls ? "plaintext where TLS is demanded" : null;
    }
    if (!outcome.tlsFacts
        || outcome.tlsVersion < Math.max(required.minimumVersion, TlsVersion.TLS_1_2_VALUE)) {
      return "the TLS version is below the minimum";
    }
    if (required.forwardSecrecy && !outcome.forwardSecrecy) {
      return "no forward secrecy";
    }
    boolean judged = level.getNumber() >= TlsLevel.CERTIFICATE_VALIDATION_VALUE || requireTls;
    if (judged && (!outcome.verdict.is(GOOD) || !outcome.peerChain)) {
      return "no good verdict on a certificate";
    }
    return null;
  }

  // The level that was reached, plaintext as OPPORTUNISTIC; -1: the token is another one's.
  private static int achieved(String token, String required) {
    String prefix = required + ":";
    if (!token.startsWith(prefix)) {
      return -1;
    }
    String achieved = token.substring(prefix.length());
    if (achieved.startsWith(new String(NONE, StandardCharsets.US_ASCII))) {
      return TlsLevel.OPPORTUNISTIC_VALUE;
    }
    for (TlsLevel level : TlsLevel.values()) {
      if (level != TlsLevel.UNRECOGNIZED
          && level.getNumber() >= TlsLevel.ENCRYPTION_ONLY_VALUE
          && achieved.equals(Spelling.of(level))) {
        return level.getNumber();
      }
    }
    return -1;
  }
}
