package io.postern.certificate.expiry;

import com.google.protobuf.ByteString;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.anchors.AnchorStore;
import io.postern.certificate.published.OwnTlsReader;
import io.postern.certificate.published.PublishedCertificate;
import io.postern.certificate.traffic.TrafficRecords;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The ends of the certificates that mail depends on: our own, those of partners that were seen
 * within 30 days, and all trust anchors. Computed for each call, from the log's records; any
 * thread.
 */
@ApplicationScoped
public class ExpiryWatch {
  private static final Duration SEEN_WITHIN = Duration.ofDays(30);

  private final OwnTlsReader own;
  private final TrafficRecords seen;
  private final AnchorStore anchors;
  private final PartnerEnds partners = new PartnerEnds();

  ExpiryWatch(OwnTlsReader own, TrafficRecords seen, AnchorStore anchors) {
    this.own = own;
    this.seen = seen;
    this.anchors = anchors;
  }

  /**
   * The certificates that end within the days, or have ended; the nearest end first. Empty while
   * our own certificates or the partners' have not been read: nothing is known then.
   */
  public Optional<List<CertificateEnd>> within(int days, Instant now) {
    Optional<List<PublishedCertificate>> ours = own.history().certificates(now);
    if (ours.isEmpty() || !seen.isRead()) {
      return Optional.empty();
    }
    CertificateEnds endings = new CertificateEnds(now, days);
    own(ours.get(), endings);
    partners.add(seen.chains(now, SEEN_WITHIN), seen.handshakes(now, SEEN_WITHIN), endings);
    anchors
        .all()
        .forEach(
            (set, trusted) ->
                trusted
                    .certificates()
                    .forEach(
                        c -> add(endings, ExpiringCertificate.Kind.ANCHOR, c, "anchors " + set)));
    return Optional.of(endings.all());
  }

  private static void own(List<PublishedCertificate> ours, CertificateEnds endings) {
    for (PublishedCertificate published : ours) {
      if (published.state() != PublishedCertificate.State.DEPRECATED) {
        String use = (published.use() + " " + published.connectorName()).strip();
        for (ParsedCertificate certificate : published.chain()) {
          add(
              endings,
              ExpiringCertificate.Kind.OWN,
              certificate,
              use + " (" + published.state() + ")");
        }
      }
    }
  }

  private static void add(
      CertificateEnds endings,
      ExpiringCertificate.Kind kind,
      ParsedCertificate certificate,
      String place) {
    if (endings.isNear(certificate.notAfter())) {
      ByteString der = ByteString.copyFrom(certificate.der());
      endings.add(kind, der, certificate.notAfter(), place);
    }
  }
}
