package io.postern.certificate.dns;

import io.postern.dns.dane.Tlsa;
import io.postern.dns.dane.TlsaSet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Since when this replica has seen the TLSA records of coming keys. It forgets them at its end, and
 * those that are not published any more: a time is never too early. Only records for keys of our
 * own are kept, at most {@value #MOST}. Any thread.
 */
final class SeenRecords {
  private static final int MOST = 1000;

  private record Seen(String host, Tlsa record) {}

  private final Map<Seen, Instant> since = new HashMap<>();

  /**
   * The times for the coming keys, by the records of our hosts.
   *
   * @param hosts answers to the question for TLSA records
   */
  synchronized List<ComingCertificate> of(
      Map<String, Answer> hosts, List<IngressKey> keys, Instant now) {
    List<ComingCertificate> coming = new ArrayList<>();
    for (IngressKey key : keys) {
      if (key.coming()) {
        coming.add(of(hosts, key, keys.stream().filter(is -> !is.coming()).toList(), now));
      }
    }
    return coming;
  }

  private ComingCertificate of(
      Map<String, Answer> hosts, IngressKey key, List<IngressKey> presented, Instant now) {
    Instant from = now;
    List<String> waiting = new ArrayList<>();
    for (Map.Entry<String, Answer> each : hosts.entrySet()) {
      Instant may = from(each.getKey(), each.getValue(), key, presented, now);
      if (may == null) {
        waiting.add(each.getKey());
      } else if (may.isAfter(from)) {
        from = may;
      }
    }
    Instant planned = key.planned();
    boolean early = planned != null && (!waiting.isEmpty() || planned.isBefore(from));
    String note =
        !waiting.isEmpty()
            ? "its records are not published, or not known, for " + String.join(", ", waiting)
            : from.equals(now) ? "it may be presented now" : "its records are new";
    return new ComingCertificate(
        key.sha256(), planned, waiting.isEmpty() ? from : null, early, note);
  }

  /** Null: not before the records are published. */
  private @Nullable Instant from(
      String host, Answer answer, IngressKey key, List<IngressKey> presented, Instant now) {
    if (answer.failed()) {
      return null;
    }
    List<Tlsa> published = TlsaRow.records(answer);
    since.keySet().removeIf(seen -> seen.host().equals(host) && !published.contains(seen.record()));
    if (published.isEmpty()) {
      return now; // no sender asks for a proof
    }
    if (!TlsaRow.accepted(host, published, key, now)) {
      return null;
    }
    Instant first = now;
    for (Tlsa record : naming(host, published, key, now)) {
      if (presented.stream().anyMatch(is -> names(host, record, is, now))) {
        return now; // the same key, or a key of the same published authority
      }
      Seen seen = new Seen(host, record);
      Instant known = since.get(seen);
      if (known == null && since.size() < MOST) {
        since.put(seen, now);
      } else if (known != null && known.isBefore(first)) {
        first = known;
      }
    }
    Instant from = first.plus(Duration.ofSeconds(answer.twoTtls()));
    return from.isAfter(now) ? from : now;
  }

  /**
   * The records by which senders accept the key: a weaker digest beside a stronger does not count.
   */
  private static List<Tlsa> naming(String host, List<Tlsa> published, IngressKey key, Instant now) {
    return new TlsaSet(host, published, List.of(host))
        .usable().stream().filter(record -> names(host, record, key, now)).toList();
  }

  private static boolean names(String host, Tlsa record, IngressKey key, Instant now) {
    return TlsaRow.accepted(host, List.of(record), key, now);
  }
}
