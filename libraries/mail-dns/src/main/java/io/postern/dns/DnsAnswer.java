package io.postern.dns;

import java.util.List;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;

/**
 * The answer to one question, or its denial.
 *
 * @param name at the end of the CNAMEs; without any, the one that was asked for
 * @param records of the type that was asked for; none: a denial
 * @param nameExists false: NXDOMAIN
 * @param secure each step, or the denial, is proven by DNSSEC
 * @param ttlSeconds how long the whole may be kept
 * @param zoneTtlSeconds of the records as their zone has it, by their signature; without one the
 *     answer's. 0: a denial
 */
public record DnsAnswer(
    Name name,
    List<Record> records,
    boolean nameExists,
    boolean secure,
    long ttlSeconds,
    long zoneTtlSeconds) {
  public DnsAnswer {
    records = List.copyOf(records);
  }

  /** The records as their class. */
  public <T extends Record> List<T> as(Class<T> kind) {
    return records.stream().filter(kind::isInstance).map(kind::cast).toList();
  }
}
