package io.postern.rules;

import io.postern.contracts.v1.RevocationMode;

/** What the revocation mode of a connector or route means. */
final class RevocationModes {
  private RevocationModes() {}

  /**
   * Required, unless something else was chosen: also where a newer version chose what is unknown.
   */
  static RevocationMode inForce(RevocationMode asked) {
    return asked == RevocationMode.REVOCATION_BEST_EFFORT || asked == RevocationMode.REVOCATION_OFF
        ? asked
        : RevocationMode.REVOCATION_REQUIRED;
  }
}
