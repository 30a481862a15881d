package io.postern.certificate.rehearsal;

import io.postern.certificate.dns.TlsaChange;
import io.postern.certificate.rehearsal.Rehearsal.Outcome;
import io.postern.certificate.rehearsal.Rehearsal.Result;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Senders with DANE, by the TLSA records of our MX hosts (RFC 7672): whether they accept the new
 * certificate as soon as it is presented (RFC 7671 §8.1). Stateless.
 */
final class TlsaOutcomes {
  private TlsaOutcomes() {}

  static List<Outcome> of(List<TlsaChange> changes, Instant now) {
    List<Outcome> outcomes = new ArrayList<>();
    for (TlsaChange change : changes) {
      String concerns = "TLSA " + change.host();
      outcomes.add(outcome(change, concerns, now));
      if (!change.obsolete().isEmpty()) {
        outcomes.add(
            new Outcome(
                Result.CHECK,
                concerns,
                "records that match no certificate of the installation, current or coming: remove "
                    + String.join("; ", change.obsolete())));
      }
    }
    return outcomes;
  }

  private static Outcome outcome(TlsaChange change, String concerns, Instant now) {
    if (!change.failure().isEmpty()) {
      return new Outcome(Result.CHECK, concerns, "the records are unknown: " + change.failure());
    }
    if (change.published().isEmpty()) {
      return new Outcome(
          Result.OK, concerns, "no record is published: senders with DANE require nothing");
    }
    Instant from = change.from();
    if (from == null) {
      String cure =
          "the new key is in no record: add "
              + String.join("; ", change.add())
              + ", and wait "
              + change.twoTtls()
              + " s (two TTLs) before the change";
      return change.proven()
          ? new Outcome(Result.FAILS, concerns, "senders with DANE will refuse; " + cure)
          : new Outcome(
              Result.CHECK,
              concerns,
              "senders with DANE will refuse once the zone is signed; " + cure);
    }
    return from.isAfter(now)
        ? new Outcome(
            Result.CHECK,
            concerns,
            "the record of the new key is new: senders may have the former ones until " + from)
        : new Outcome(Result.OK, concerns, "a record names the new key");
  }
}
