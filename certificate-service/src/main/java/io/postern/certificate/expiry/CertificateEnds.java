package io.postern.certificate.expiry;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The certificates that end before some time, each once for each kind. One thread. */
final class CertificateEnds {
  private static final int MOST_PLACES = 20;

  private record Key(ExpiringCertificate.Kind kind, ByteString der) {}

  private record Places(Instant end, TreeSet<String> where) {}

  private final Instant now;
  private final Instant before;
  private final Map<Key, Places> found = new HashMap<>();

  CertificateEnds(Instant now, int days) {
    this.now = now;
    this.before = now.plus(Duration.ofDays(days));
  }

  /** A certificate with this end is to be added. */
  boolean isNear(Instant end) {
    return end.isBefore(before);
  }

  void add(ExpiringCertificate.Kind kind, ByteString der, Instant end, String place) {
    TreeSet<String> where =
        found.computeIfAbsent(new Key(kind, der), _ -> new Places(end, new TreeSet<>())).where();
    where.add(place);
    if (where.size() > MOST_PLACES) {
      where.pollLast(); // a big issuer's own certificate is on the chains of thousands
    }
  }

  /** The nearest end first. */
  List<CertificateEnd> all() {
    return found.entrySet().stream()
        .map(entry -> ending(entry.getKey(), entry.getValue()))
        .sorted(
            Comparator.comparing(CertificateEnd::end)
                .thenComparing(CertificateEnd::kind)
                .thenComparing(CertificateEnd::der, ByteString.unsignedLexicographicalComparator()))
        .toList();
  }

  private CertificateEnd ending(Key key, Places certificate) {
    long days =
        Math.floorDiv(
            Duration.between(now, certificate.end()).toSeconds(), Duration.ofDays(1).toSeconds());
    return new CertificateEnd(
        key.kind(), key.der(), certificate.end(), days, List.copyOf(certificate.where()));
  }
}
