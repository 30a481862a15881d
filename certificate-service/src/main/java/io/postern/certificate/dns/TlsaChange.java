package io.postern.certificate.dns;

import io.postern.dns.dane.Tlsa;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An MX host's TLSA records, if a certificate were presented there.
 *
 * @param failure why they are not known; empty: they are
 * @param published none: senders ask for no proof
 * @param proven by DNSSEC, or it is not known whether they are: they may count
 * @param accepted senders with DANE accept the certificate by them
 * @param from when it may be presented, where it is accepted; null: not accepted, or not known
 * @param add lines of a zone file that it needs
 * @param obsolete lines that name neither it nor another certificate of ours
 * @param twoTtls seconds from the publication of a record to the presentation of its key
 */
public record TlsaChange(
    String host,
    String failure,
    List<String> published,
    boolean proven,
    boolean accepted,
    @Nullable Instant from,
    List<String> add,
    List<String> obsolete,
    long twoTtls) {
  public TlsaChange {
    published = List.copyOf(published);
    add = List.copyOf(add);
    obsolete = List.copyOf(obsolete);
  }

  /**
   * @param keys those of ours that stay, and the coming one in question among them
   */
  static TlsaChange of(
      String host,
      Answer answer,
      IngressKey coming,
      List<IngressKey> keys,
      @Nullable Instant from,
      boolean proofKnown,
      Instant now) {
    List<Tlsa> published = TlsaRow.records(answer);
    String name = TlsaRow.name(host);
    boolean accepted = TlsaRow.accepted(host, published, coming, now);
    List<String> add =
        accepted || published.isEmpty()
            ? List.of()
            : TlsaRow.needed(published, coming.leaf()).stream()
                .map(record -> Zone.line(name, answer.ttl(), "TLSA", record.toString()))
                .toList();
    List<String> obsolete =
        published.stream()
            .filter(
                record ->
                    keys.stream()
                        .noneMatch(key -> TlsaRow.accepted(host, List.of(record), key, now)))
            .map(record -> Zone.line(name, answer.ttl(), "TLSA", record.toString()))
            .toList();
    return new TlsaChange(
        host,
        answer.failure(),
        published.stream().map(Tlsa::toString).toList(),
        answer.proven() || !proofKnown,
        accepted,
        accepted ? from : null,
        add,
        obsolete,
        answer.twoTtls());
  }
}
