package io.postern.certificate.rehearsal;

import com.fasterxml.jackson.annotation.JsonValue;
import io.postern.certificate.CertificateFacts;
import java.util.List;
import java.util.Locale;

/**
 * The effect on mail if one certificate replaced another.
 *
 * @param sameSubjectAndIssuer only serial number and fingerprint distinguish the two
 * @param differences in sentences
 * @param result the worst of the outcomes
 */
public record Rehearsal(
    CertificateFacts replaces,
    CertificateFacts replacement,
    boolean sameSubjectAndIssuer,
    List<String> differences,
    Result result,
    List<Outcome> outcomes) {

  /** From good to bad. */
  public enum Result {
    OK,
    /** Cannot be known from here: the outcome names the person to ask, and the subject. */
    CHECK,
    FAILS;

    @Override
    @JsonValue
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * One connector, mailbox route, host or partner.
   *
   * @param concerns key of the object in the directory, for a host of a connector with " (host
   *     NAME)", "partner NAME (organization / connector)", or "TLSA HOST"
   */
  public record Outcome(Result result, String concerns, String reason) {
    /** To be checked if there is something to ask, else good for this reason. */
    static Outcome of(List<String> toAsk, String concerns, String good) {
      return toAsk.isEmpty()
          ? new Outcome(Result.OK, concerns, good)
          : new Outcome(Result.CHECK, concerns, String.join("; ", toAsk));
    }
  }

  static Rehearsal of(Change change, List<Outcome> outcomes) {
    return new Rehearsal(
        CertificateFacts.of(change.before().getFirst()),
        CertificateFacts.of(change.after().getFirst()),
        change.sameSubjectAndIssuer(),
        change.differences(),
        outcomes.stream().map(Outcome::result).max(Enum::compareTo).orElse(Result.OK),
        List.copyOf(outcomes));
  }
}
