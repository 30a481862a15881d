package io.postern.api.users;

import java.util.Base64;

/**
 * A user's second factor: the secret of one-time codes by time (TOTP, RFC 6238). Immutable.
 *
 * @param secret 160 random bits, base64url
 * @param complete a right code was given once; until then nothing asks for one
 * @param lastStep the step of the last code that was accepted: no code of it, or of one before it,
 *     is accepted again
 */
public record SecondFactor(String secret, boolean complete, long lastStep) {
  static final int SECRET_BYTES = 20; // RFC 4226 §4, R6

  static SecondFactor begun() {
    return new SecondFactor(SecretFile.random(SECRET_BYTES), false, 0);
  }

  /** Whether it can be used: the file may have been changed by hand. */
  boolean isGood() {
    try {
      return key().length >= SECRET_BYTES;
    } catch (IllegalArgumentException | NullPointerException e) {
      return false;
    }
  }

  byte[] key() {
    return Base64.getUrlDecoder().decode(secret);
  }

  SecondFactor used(long step) {
    return new SecondFactor(secret, true, step);
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return complete ? "complete" : "begun";
  }
}
