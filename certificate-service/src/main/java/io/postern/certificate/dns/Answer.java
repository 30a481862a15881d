package io.postern.certificate.dns;

import io.postern.dns.DnsAnswer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of one question to the DNS.
 *
 * @param answer null: there is none, see {@code failure}
 * @param bogus there is an answer, and its proof is wrong
 */
record Answer(@Nullable DnsAnswer answer, String failure, boolean bogus) {
  private static final long DAY = 86_400;

  static Answer of(DnsAnswer answer) {
    return new Answer(answer, "", false);
  }

  boolean failed() {
    return answer == null;
  }

  boolean proven() {
    return answer != null && answer.secure();
  }

  /** None, too, where the question failed. */
  <T extends org.xbill.DNS.Record> List<T> as(Class<T> kind) {
    return answer == null ? List.of() : answer.as(kind);
  }

  /**
   * Seconds from the publication of a record to the use of its key (RFC 7671 §8.1). Without a
   * signature the zone's TTL is not known, since a resolver has the rest alone: then a day counts.
   */
  long twoTtls() {
    return 2 * (proven() ? ttl() : Math.max(ttl(), DAY));
  }

  /** TTL of the records in their zone, in seconds; 0: there are none. */
  long ttl() {
    return answer == null ? 0 : answer.zoneTtlSeconds();
  }
}
