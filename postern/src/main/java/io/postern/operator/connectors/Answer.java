package io.postern.operator.connectors;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/**
 * One question about a certificate and a connector. Immutable.
 *
 * @param question one word of a closed list: enabled, directory, certificate, name, acceptedDomain,
 *     attribution, blocked, choice, tlsSettings, authority, validity, chain, purpose, revocation,
 *     accepted
 * @param why a sentence
 * @param cure empty: nothing is to be done
 */
public record Answer(String question, Result answer, String why, String cure) {
  /** {@code UNKNOWN}: not looked at, or it could not be had; unknown is not good (G4). */
  public enum Result {
    YES,
    NO,
    UNKNOWN;

    @Override
    @JsonValue
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static Answer yes(String question, String why) {
    return new Answer(question, Result.YES, why, "");
  }

  static Answer no(String question, String why, String cure) {
    return new Answer(question, Result.NO, why, cure);
  }

  static Answer unknown(String question, String why, String cure) {
    return new Answer(question, Result.UNKNOWN, why, cure);
  }
}
