package io.postern.certificate.expiry;

import com.google.protobuf.ByteString;
import io.postern.certificate.CertificateFacts;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.UnusableCertificateException;
import io.postern.certificate.anchors.AnchorStore;
import io.postern.certificate.published.OwnTlsReader;
import io.postern.certificate.published.PublishedCertificate;
import io.postern.certificate.seen.SeenInTraffic;
import io.postern.contracts.v1.CertificateChain;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.HandshakeSeen;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * When the certificates end that mail depends on: our own, those of partners that were seen within
 * 30 days, and all trust anchors. Computed when asked, from what the log has; any thread.
 */
@ApplicationScoped
public class ExpiryWatch {
  private static final Duration SEEN_WITHIN = Duration.ofDays(30);
  private static final int MOST_PLACES = 20;

  private final OwnTlsReader own;
  private final SeenInTraffic seen;
  private final AnchorStore anchors;

  ExpiryWatch(OwnTlsReader own, SeenInTraffic seen, AnchorStore anchors) {
    this.own = own;
    this.seen = seen;
    this.anchors = anchors;
  }

  private record Place(Expiring.Kind kind, ParsedCertificate certificate) {}

  /** What ends within the days, or has ended; the nearest end first. */
  public List<Expiring> within(int days, Instant now) {
    Map<Place, TreeSet<String>> where = new HashMap<>();
    own(now, where);
    partners(now, where);
    anchors
        .all()
        .forEach(
            (set, trusted) ->
                trusted
                    .certificates()
                    .forEach(c -> add(where, Expiring.Kind.ANCHOR, c, "anchors " + set)));
    return where.entrySet().stream()
        .map(entry -> expiring(entry.getKey(), entry.getValue(), now))
        .filter(expiring -> expiring.daysLeft() < days)
        .sorted(
            Comparator.comparing((Expiring expiring) -> expiring.certificate().validTo())
                .thenComparing(Expiring::kind)
                .thenComparing(expiring -> expiring.certificate().sha256()))
        .toList();
  }

  private static Expiring expiring(Place place, Collection<String> where, Instant now) {
    long days =
        Math.floorDiv(
            Duration.between(now, place.certificate().notAfter()).toSeconds(),
            Duration.ofDays(1).toSeconds());
    return new Expiring(
        place.kind(),
        Expiring.Band.of(days),
        days,
        CertificateFacts.of(place.certificate()),
        where.stream().limit(MOST_PLACES).toList());
  }

  private void own(Instant now, Map<Place, TreeSet<String>> where) {
    for (PublishedCertificate published : own.history().certificates(now).orElse(List.of())) {
      if (published.state() != PublishedCertificate.State.DEPRECATED) {
        String use = (published.use() + " " + published.connectorName()).strip();
        for (ParsedCertificate certificate : published.chain()) {
          add(where, Expiring.Kind.OWN, certificate, use + " (" + published.state() + ")");
        }
      }
    }
  }

  private void partners(Instant now, Map<Place, TreeSet<String>> where) {
    Map<ByteString, TreeSet<String>> peers = new HashMap<>();
    for (HandshakeSeen handshake : seen.handshakes(now, SEEN_WITHIN)) {
      peers
          .computeIfAbsent(handshake.getChainFingerprint(), _ -> new TreeSet<>())
          .add(
              handshake.getOrganization()
                  + " / "
                  + handshake.getConnector()
                  + ": "
                  + (handshake.getPeer().isEmpty() ? "an unproved peer" : handshake.getPeer()));
    }
    for (CertificateChain chain : seen.chains(now, SEEN_WITHIN)) {
      Collection<String> known = peers.getOrDefault(chain.getFingerprint(), new TreeSet<>());
      for (ByteString der : chain.getCertificatesList()) {
        try {
          ParsedCertificate certificate = ParsedCertificate.parse(der.toByteArray());
          add(where, Expiring.Kind.PARTNER, certificate, side(chain));
          known.forEach(peer -> add(where, Expiring.Kind.PARTNER, certificate, peer));
        } catch (UnusableCertificateException e) {
          // Its verdict said so.
        }
      }
    }
  }

  private static String side(CertificateChain chain) {
    return chain.getRole() == CertificateRole.ROLE_CLIENT ? "sends to us" : "receives from us";
  }

  private static void add(
      Map<Place, TreeSet<String>> where,
      Expiring.Kind kind,
      ParsedCertificate certificate,
      String place) {
    where.computeIfAbsent(new Place(kind, certificate), _ -> new TreeSet<>()).add(place);
  }
}
