package io.postern.dns.dane;

import java.util.List;

/**
 * The proven TLSA records of a host, and the names that its certificate may have.
 *
 * @param base the TLSA base domain (RFC 7672 §2.2.3): the server name of the handshake
 * @param records as published, usable or not; never empty
 * @param names reference identifiers for usage 2 (RFC 7672 §3.2.2), the base first
 */
public record TlsaSet(String base, List<Tlsa> records, List<String> names) {
  public TlsaSet {
    records = List.copyOf(records);
    names = List.copyOf(names);
  }

  /**
   * Those that authenticate; none: TLS is demanded, and the peer stays unproven (RFC 7672 §2.2).
   *
   * <p>Of the digests of one usage and selector the strongest counts alone: a weaker one must not
   * undo it (RFC 7671 §9).
   */
  public List<Tlsa> usable() {
    List<Tlsa> usable = records.stream().filter(Tlsa::usable).distinct().toList();
    return usable.stream()
        .filter(
            record ->
                record.matchingType() != Tlsa.SHA_256
                    || usable.stream().noneMatch(other -> isStronger(other, record)))
        .toList();
  }

  private static boolean isStronger(Tlsa other, Tlsa record) {
    return other.matchingType() == Tlsa.SHA_512
        && other.usage() == record.usage()
        && other.selector() == record.selector();
  }
}
