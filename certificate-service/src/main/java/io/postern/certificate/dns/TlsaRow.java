package io.postern.certificate.dns;

import io.postern.certificate.dns.DnsRow.State;
import io.postern.dns.dane.DaneMatch;
import io.postern.dns.dane.Tlsa;
import io.postern.dns.dane.TlsaSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.xbill.DNS.TLSARecord;

/**
 * A host's TLSA records beside the keys that ingress presents and those that are to come (RFC 7671
 * §8). One use, one thread.
 */
final class TlsaRow {
  private final String host;
  private final String name;
  private final Answer answer;
  private final List<IngressKey> keys;
  private final Instant now;
  private final List<Tlsa> published;
  private final List<String> add = new ArrayList<>();
  private final List<String> remove = new ArrayList<>();
  private final List<String> sentences = new ArrayList<>();

  private TlsaRow(String host, Answer answer, List<IngressKey> keys, Instant now) {
    this.host = host;
    this.name = name(host);
    this.answer = answer;
    this.keys = keys;
    this.now = now;
    this.published = records(answer);
  }

  static String name(String host) {
    return "_25._tcp." + host;
  }

  static List<Tlsa> records(Answer answer) {
    return answer.as(TLSARecord.class).stream().map(Tlsa::of).distinct().toList();
  }

  /** Whether senders with DANE accept the chain by all of a host's records. */
  static boolean accepted(String host, List<Tlsa> records, IngressKey key, Instant now) {
    TlsaSet set = new TlsaSet(host, records, List.of(host));
    return !records.isEmpty() && DaneMatch.of(key.ders(), set, key.at(now)).match() != null;
  }

  /**
   * The records that a certificate needs beside the published ones: of their parameters (RFC 7671
   * §8.1), since the strongest digest counts alone; else 3 1 1.
   */
  static List<Tlsa> needed(List<Tlsa> published, byte[] leaf) {
    List<Tlsa> same =
        published.stream()
            .filter(record -> record.usage() == Tlsa.END_ENTITY && record.usable())
            .map(record -> Tlsa.of(Tlsa.END_ENTITY, record.selector(), record.matchingType(), leaf))
            .distinct()
            .toList();
    List<Tlsa> needed = same.isEmpty() ? List.of(Tlsa.of(Tlsa.END_ENTITY, 1, 1, leaf)) : same;
    return needed.stream().filter(record -> !published.contains(record)).toList();
  }

  /**
   * @param keys of all replicas, each of which may answer for the host
   */
  static DnsRow of(String host, Answer answer, List<IngressKey> keys, Instant now) {
    return new TlsaRow(host, answer, keys, now).row();
  }

  private DnsRow row() {
    if (answer.failed()) {
      sentences.add(answer.failure());
      if (answer.bogus()) {
        sentences.add(
            "Senders with DANE do not use the host until the zone's signatures are valid.");
      }
      return row(answer.bogus() ? State.REFUSED : State.UNKNOWN);
    }
    List<IngressKey> refused = keys.stream().filter(key -> !isAccepted(key)).toList();
    List<IngressKey> presented = refused.stream().filter(key -> !key.coming()).toList();
    refused.forEach(this::add);
    if (published.isEmpty()) {
      if (keys.isEmpty()) {
        sentences.add(
            "No ingress-service has announced a certificate: there is nothing to publish "
                + "yet.");
      }
      return row(keys.isEmpty() ? State.UNKNOWN : State.MISSING);
    }
    if (keys.stream().allMatch(IngressKey::coming)) {
      sentences.add(
          "No ingress-service presents a certificate now: the records cannot be compared.");
      add.clear();
      return row(State.UNKNOWN);
    }
    obsolete();
    if (!presented.isEmpty()) {
      for (IngressKey key : presented) {
        sentences.add(
            "The certificate that ingress presents, sha256 "
                + key.sha256()
                + ", is in no record: "
                + (answer.proven()
                    ? "senders with DANE refuse the host now."
                    : "senders with DANE will refuse the host once its zone is signed."));
      }
      return row(answer.proven() ? State.REFUSED : State.DIFFERS);
    }
    if (!refused.isEmpty()) {
      sentences.add(
          "Publish the coming key and wait two TTLs, "
              + answer.twoTtls()
              + " s, before ingress-service presents it; remove the former key's record after that.");
      return row(State.MUST_COME_FIRST);
    }
    return row(remove.isEmpty() ? State.OK : State.DIFFERS);
  }

  private boolean isAccepted(IngressKey key) {
    return accepted(host, published, key, now);
  }

  private void add(IngressKey key) {
    for (Tlsa record : needed(published, key.leaf())) {
      String line = Zone.line(name, answer.ttl(), "TLSA", record.toString());
      if (!add.contains(line)) {
        add.add(line);
      }
    }
  }

  /** Records that name no certificate of ours, and those that cannot authenticate. */
  private void obsolete() {
    for (Tlsa record : published) {
      if (keys.stream().noneMatch(key -> accepted(host, List.of(record), key, now))) {
        remove.add(Zone.line(name, answer.ttl(), "TLSA", record.toString()));
      }
    }
    if (!remove.isEmpty()) {
      sentences.add(
          "Records that match no certificate of the installation have no effect: remove "
              + "them.");
    }
  }

  private DnsRow row(State state) {
    return new DnsRow(
        Zone.absolute(name),
        "TLSA",
        state,
        answer.proven(),
        published.stream().map(Tlsa::toString).toList(),
        add,
        remove,
        String.join(" ", sentences));
  }
}
