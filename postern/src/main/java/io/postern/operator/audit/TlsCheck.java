package io.postern.operator.audit;

import io.postern.contracts.KeyExchangeGroups;
import io.postern.contracts.Spelling;
import io.postern.contracts.v1.DaneMode;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.contracts.v1.TlsVersion;
import io.postern.contracts.v1.VerdictResult;
import io.postern.operator.audit.wire.OutcomeRecord;
import org.jspecify.annotations.Nullable;

/**
 * Check of a delivered outcome's session against its requirement (G3; docs/design/connectors.md,
 * "TLS levels"). Names cannot be checked: an outcome has only some of them.
 */
final class TlsCheck {
  private TlsCheck() {}

  /** The shortfall; null: none. */
  static @Nullable String shortfall(OutcomeRecord outcome) {
    TlsRequirement required = outcome.getRequirement();
    TlsLevel level = required.getLevel();
    if (level == TlsLevel.UNRECOGNIZED || level == TlsLevel.TLS_LEVEL_UNSPECIFIED) {
      return "the requirement has an unknown level";
    }
    int achieved = achieved(outcome.getToken(), Spelling.of(level));
    if (achieved < 0) {
      return "the TLS result does not belong to this requirement";
    }
    if (required.getDane() == DaneMode.DANE_MANDATORY && !outcome.getToken().contains("+dane")) {
      return "no TLSA record names the host's chain";
    }
    boolean requireTls = required.getRequireTls() == RequireTls.REQUIRE_TLS_YES;
    boolean onTls =
        required.getForwardSecrecy()
            || required.getPostQuantum()
            || required.getMinimumVersionValue() > TlsVersion.TLS_1_2_VALUE
            || requireTls
            || level != TlsLevel.OPPORTUNISTIC;
    if (achieved < level.getNumber() && level != TlsLevel.OPPORTUNISTIC) {
      return "achieved less than " + Spelling.of(level);
    }
    if (achieved == TlsLevel.OPPORTUNISTIC_VALUE) {
      return onTls ? "plaintext where TLS is demanded" : null;
    }
    OutcomeRecord.Facts facts = outcome.getTlsFacts();
    if (facts.getVersionValue()
        < Math.max(required.getMinimumVersionValue(), TlsVersion.TLS_1_2_VALUE)) {
      return "the TLS version is below the minimum";
    }
    if (required.getForwardSecrecy() && !facts.getForwardSecrecy()) {
      return "no forward secrecy";
    }
    if (required.getPostQuantum() && !KeyExchangeGroups.postQuantum(facts.getGroup())) {
      return "no hybrid key exchange";
    }
    boolean judged = level.getNumber() >= TlsLevel.CERTIFICATE_VALIDATION_VALUE || requireTls;
    if (judged
        && (!outcome.getVerdict().equals(Spelling.of(VerdictResult.GOOD))
            || facts.getPeerChainFingerprint().isEmpty())) {
      return "no good verdict on a certificate";
    }
    return null;
  }

  /** A requirement's demands of a session in one number, never 0: equal numbers demand the same. */
  static int packed(TlsRequirement requirement) {
    return 1
        | (requirement.getLevelValue() & 0xff) << 1
        | (requirement.getMinimumVersionValue() & 0xff) << 9
        | (requirement.getForwardSecrecy() ? 1 << 17 : 0)
        | (requirement.getRevocationValue() & 0xf) << 18
        | (requirement.getRequireTlsValue() & 0xf) << 22
        | (requirement.getPostQuantum() ? 1 << 26 : 0)
        | (requirement.getDaneValue() & 3) << 27;
  }

  // The level that was reached, plaintext as OPPORTUNISTIC; -1: the token is another one's.
  private static int achieved(String token, String required) {
    String prefix = required + ":";
    if (!token.startsWith(prefix)) {
      return -1;
    }
    String achieved = token.substring(prefix.length());
    if (achieved.startsWith("none(")) {
      return TlsLevel.OPPORTUNISTIC_VALUE;
    }
    int added = achieved.indexOf('+'); // beside the level: +dane, +mta-sts, +pq
    String proven = added < 0 ? achieved : achieved.substring(0, added);
    for (TlsLevel level : TlsLevel.values()) {
      if (level != TlsLevel.UNRECOGNIZED
          && level.getNumber() >= TlsLevel.ENCRYPTION_ONLY_VALUE
          && proven.equals(Spelling.of(level))) {
        return level.getNumber();
      }
    }
    return -1;
  }
}
