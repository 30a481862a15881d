package io.postern.contracts;

import io.postern.contracts.v1.TlsLevel;

/**
 * The token of every attempt: the required level, and the achieved one or the reason of the refusal
 * (docs/design/connectors.md, "Tokens and reasons").
 */
public final class TlsToken {
  private TlsToken() {}

  /** {@code opportunistic:none(not-offered)}; see {@link Achieved}. */
  public static String achieved(TlsLevel required, String achieved) {
    return Spelling.of(required) + ":" + achieved;
  }

  /** {@code certificate-validation/revoked}: refused, nothing was sent. */
  public static String refused(TlsLevel required, String reason) {
    return Spelling.of(required) + "/" + reason;
  }

  /** The text after the colon. */
  public static final class Achieved {
    /** Plaintext: the peer offers no STARTTLS. */
    public static final String NONE_NOT_OFFERED = "none(" + Reasons.NOT_OFFERED + ")";

    /** Plaintext: the handshake failed, with the remaining hosts too. */
    public static final String NONE_HANDSHAKE_FAILED = "none(" + Reasons.HANDSHAKE_FAILED + ")";

    private Achieved() {}

    /** The same, and the host is the one that its domain's TLSA records name (RFC 7672). */
    public static String withDane(String achieved) {
      return achieved + "+dane";
    }

    /** The same, and the host is one that its domain's MTA-STS policy names (RFC 8461 §4). */
    public static String withMtaSts(String achieved) {
      return achieved + "+mta-sts";
    }

    /** The same, and the key exchange is hybrid, as was demanded. */
    public static String withPostQuantum(String achieved) {
      return achieved + "+pq";
    }

    /** Encrypted, and proven up to this level. */
    public static String level(TlsLevel level) {
      return Spelling.of(level);
    }
  }
}
