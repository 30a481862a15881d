package io.postern.dns.tlsrpt;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Why a session did not achieve its domain's policy (RFC 8460 §4.3). */
public enum ResultType {
  // Negotiation (§4.3.1).
  STARTTLS_NOT_SUPPORTED,
  CERTIFICATE_HOST_MISMATCH,
  CERTIFICATE_EXPIRED,
  CERTIFICATE_NOT_TRUSTED,
  VALIDATION_FAILURE,
  // Policy: DANE (§4.3.2.1).
  TLSA_INVALID,
  DNSSEC_INVALID,
  DANE_REQUIRED,
  // Policy: MTA-STS (§4.3.2.2).
  STS_POLICY_FETCH_ERROR,
  STS_POLICY_INVALID,
  STS_WEBPKI_INVALID;

  /** As the RFC spells it. */
  @JsonValue
  public String spelled() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** A type that is not known counts as the general one (§4.3.3). */
  @JsonCreator
  public static ResultType of(String spelled) {
    for (ResultType type : values()) {
      if (type.spelled().equals(spelled)) {
        return type;
      }
    }
    return VALIDATION_FAILURE;
  }
}
