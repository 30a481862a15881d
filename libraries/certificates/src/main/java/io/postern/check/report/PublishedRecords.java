package io.postern.check.report;

import java.util.List;

/**
 * The records that a mail server is known by, beside its certificate: TLSA (RFC 7672), and the
 * record of MTA-STS (RFC 8461 §3.1) at its own name or the domain above it. The policy itself is
 * not fetched. Immutable.
 *
 * @param base where the TLSA records are, or would be
 * @param tlsa as in a zone file
 * @param matched the record by which senders with DANE accept the server; empty: none
 * @param detail why it is not accepted, or why nothing is known
 * @param stsDomain that has a record of MTA-STS; empty: neither has
 * @param stsId its id
 * @param stsFailure why it is not known; empty: it is
 */
public record PublishedRecords(
    Dane dane,
    String base,
    List<String> tlsa,
    String matched,
    String detail,
    String stsDomain,
    String stsId,
    String stsFailure) {
  public PublishedRecords {
    tlsa = List.copyOf(tlsa);
  }

  /** A closed list. */
  public enum Dane {
    /** No record: no sender asks for a proof. */
    NONE,
    /** Records without proof by DNSSEC, which no sender uses. */
    NOT_PROVEN,
    /** A proven record names the server's chain. */
    MATCHED,
    /** Proven records, none of which can authenticate: senders demand TLS alone. */
    UNUSABLE,
    /** Proven records, none of which names the chain: senders with DANE refuse. */
    MISMATCH,
    /** The records' signatures are wrong: senders with DANE refuse. */
    BOGUS,
    /** The DNS gave no answer, or its servers pass no signatures on. */
    UNKNOWN;

    /** Whether senders with DANE refuse the server. */
    public boolean refuses() {
      return this == MISMATCH || this == BOGUS;
    }
  }
}
