package io.postern.certificate.dns;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;

/**
 * One record set of ours, as it is and as it must be.
 *
 * @param name with its final dot; of a policy its URL
 * @param type MX, A (for addresses of both families), TLSA, TXT, DNSSEC (whether the zone is
 *     signed), POLICY
 * @param proven by DNSSEC
 * @param published data in the form of a zone file; of a policy its lines
 * @param add lines for the zone file
 * @param remove lines of the zone file
 * @param note the reason and the order, in sentences; empty: nothing is to be said
 */
public record DnsRow(
    String name,
    String type,
    State state,
    boolean proven,
    List<String> published,
    List<String> add,
    List<String> remove,
    String note) {
  public DnsRow {
    published = List.copyOf(published);
    add = List.copyOf(add);
    remove = List.copyOf(remove);
  }

  /** From good to bad. */
  public enum State {
    OK,
    /** Neither configured here nor published; of DNSSEC: not asked for. */
    NOT_SET,
    /** The DNS gave no answer. */
    UNKNOWN,
    MISSING,
    /** Other steps depend on it: a zone that is to be signed, the record of a coming key. */
    MUST_COME_FIRST,
    DIFFERS,
    /** Mail stops, or is about to: senders refuse our hosts by what is published. */
    REFUSED;

    /** Whether an administrator has something to do. */
    public boolean isFinding() {
      return compareTo(NOT_SET) > 0;
    }

    @Override
    @JsonValue
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}
