package io.postern.rules;

import io.postern.contracts.v1.RevocationMode;

/** The revocation mode that is in force for a connector or route. */
public final class RevocationModes {
  private RevocationModes() {}

  /** REQUIRED unless another known mode was chosen; a newer version's mode is read as REQUIRED. */
  public static RevocationMode inForce(RevocationMode asked) {
    return asked == RevocationMode.REVOCATION_BEST_EFFORT || asked == RevocationMode.REVOCATION_OFF
        ? asked
        : RevocationMode.REVOCATION_REQUIRED;
  }
}
