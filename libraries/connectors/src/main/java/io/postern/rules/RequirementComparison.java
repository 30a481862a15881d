package io.postern.rules;

import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import java.util.Optional;

/**
 * The comparison of two TLS requirements: the first respect in which one demands less than the
 * other (G3). Another name and another set of anchors count as less, since they cannot be compared.
 * The client certificate that we show, and the name in SNI, ask no proof of the peer and are not
 * compared. A pure function; any thread.
 */
public final class RequirementComparison {
  private RequirementComparison() {}

  /**
   * @return the first respect in which {@code now} demands less than {@code before}, for people;
   *     empty: in none
   */
  public static Optional<String> looserRespect(TlsRequirement before, TlsRequirement now) {
    if (now.getLevelValue() < before.getLevelValue()) {
      return Optional.of("level");
    }
    if (before.getLevel() == TlsLevel.DOMAIN_VALIDATION
        && !now.getTlsDomain().equals(before.getTlsDomain())) {
      return Optional.of("tlsDomain");
    }
    if (judgesChains(before)) {
      if (!now.getAnchors().getId().equals(before.getAnchors().getId())) {
        return Optional.of("anchors");
      }
      if (strictness(now.getRevocation()) < strictness(before.getRevocation())) {
        return Optional.of("revocation");
      }
    }
    if (now.getMinimumVersionValue() < before.getMinimumVersionValue()) {
      return Optional.of("minimumTlsVersion");
    }
    if (before.getForwardSecrecy() && !now.getForwardSecrecy()) {
      return Optional.of("requireForwardSecrecy");
    }
    if (before.getPostQuantum() && !now.getPostQuantum()) {
      return Optional.of("requirePostQuantum");
    }
    if (now.getDaneValue() < before.getDaneValue()) {
      return Optional.of("smtpDaneMode");
    }
    if (now.getMtaStsValue() < before.getMtaStsValue()) {
      return Optional.of("mtaStsMode");
    }
    if (now.getRequireTls() != before.getRequireTls()) {
      return Optional.of("REQUIRETLS");
    }
    return Optional.empty();
  }

  private static boolean judgesChains(TlsRequirement requirement) {
    return requirement.getLevelValue() >= TlsLevel.CERTIFICATE_VALIDATION_VALUE;
  }

  private static int strictness(RevocationMode mode) {
    return switch (mode) {
      case REVOCATION_REQUIRED -> 2;
      case REVOCATION_BEST_EFFORT -> 1;
      case REVOCATION_OFF, REVOCATION_MODE_UNSPECIFIED, UNRECOGNIZED -> 0;
    };
  }
}
