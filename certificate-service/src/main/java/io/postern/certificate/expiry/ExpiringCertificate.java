package io.postern.certificate.expiry;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.JsonValue;
import io.postern.certificate.CertificateFacts;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A certificate and its end.
 *
 * @param daysLeft whole days; negative: it has expired
 * @param where its uses: "server (current)", "client Fabrikam (coming)", "anchors default",
 *     "anchors contoso/own", "contoso / From Fabrikam: mail.fabrikam.example"; sorted, at most 20
 */
public record ExpiringCertificate(
    Kind kind,
    Band band,
    long daysLeft,
    @JsonUnwrapped CertificateFacts certificate,
    List<String> where) {

  /** Whose it is. */
  public enum Kind {
    OWN,
    PARTNER,
    ANCHOR;

    @Override
    @JsonValue
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How near the end is, by Exchange's Health Checker: 60 and 30 days. */
  public enum Band {
    EXPIRED(0),
    WITHIN_30_DAYS(30),
    WITHIN_60_DAYS(60),
    LATER(Integer.MAX_VALUE);

    final int days;

    Band(int days) {
      this.days = days;
    }

    /**
     * @param daysLeft negative: expired
     */
    static Band of(long daysLeft) {
      if (daysLeft < 0) {
        return EXPIRED;
      }
      return daysLeft < 30 ? WITHIN_30_DAYS : daysLeft < 60 ? WITHIN_60_DAYS : LATER;
    }

    @Override
    @JsonValue
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** The bands that an administrator has to act on. */
  static final Set<Band> NEAR = Set.of(Band.EXPIRED, Band.WITHIN_30_DAYS, Band.WITHIN_60_DAYS);
}
