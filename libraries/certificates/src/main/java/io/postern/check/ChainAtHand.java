package io.postern.check;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.ParsedCertificate.Signature;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.certificate.revocation.probe.Endpoint;
import io.postern.certificate.revocation.probe.EndpointProbe;
import io.postern.certificate.revocation.probe.ProbeResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A chain from the leaf upwards, by name and signature, over the certificates sent, the anchors,
 * and the certificates fetched from the places that others name (RFC 5280 §4.2.2.1). The judgement
 * of mail fetches none: this finds out the ones that the sender left out. Immutable.
 *
 * @param below the root, the leaf first
 * @param root null: it is not at hand
 * @param distrusted the certificate that is distrusted here, and the setting that says so; empty:
 *     none is
 * @param sent all certificates sent, in or out of the chain
 * @param fetched the certificates of the chain that had to be fetched
 * @param probes of the URLs asked for them
 */
record ChainAtHand(
    List<ParsedCertificate> below,
    @Nullable ParsedCertificate root,
    boolean trusted,
    String distrusted,
    List<ParsedCertificate> sent,
    List<ParsedCertificate> fetched,
    List<ProbeResult> probes) {

  /** The issuer of a certificate of {@link #below}; null: it is not at hand. */
  @Nullable ParsedCertificate issuerOf(int index) {
    return index + 1 < below.size() ? below.get(index + 1) : root;
  }

  /** All certificates there are. */
  List<ParsedCertificate> all() {
    Set<ParsedCertificate> all = new LinkedHashSet<>(below);
    if (root != null) {
      all.add(root);
    }
    all.addAll(sent);
    return new ArrayList<>(all);
  }

  /** Puts a chain together; one thread, one use. */
  static final class Assembly {
    private final List<ParsedCertificate> sent;
    private final TrustAnchors anchors;
    private final EndpointProbe probe;
    private final Instant now;
    private final long end;
    private final List<ParsedCertificate> below = new ArrayList<>();
    private final List<ParsedCertificate> fetched = new ArrayList<>();
    private final List<ProbeResult> probes = new ArrayList<>();

    /**
     * @param sent the leaf first
     * @param end by {@link System#nanoTime}: nothing more is fetched
     */
    Assembly(
        List<ParsedCertificate> sent,
        TrustAnchors anchors,
        EndpointProbe probe,
        Instant now,
        long end) {
      this.sent = sent;
      this.anchors = anchors;
      this.probe = probe;
      this.now = now;
      this.end = end;
    }

    ChainAtHand assemble() throws InterruptedException {
      ParsedCertificate at = sent.getFirst();
      while (!anchors.contains(at) && !at.selfSigned()) {
        below.add(at);
        Optional<ParsedCertificate> issuer = issuer(at);
        if (issuer.isEmpty() || below.size() == CheckSettings.MAX_CERTIFICATES) {
          return chain(null);
        }
        at = issuer.get();
      }
      return chain(at);
    }

    private ChainAtHand chain(@Nullable ParsedCertificate root) {
      return new ChainAtHand(
          List.copyOf(below),
          root,
          root != null && anchors.contains(root),
          distrusted(root),
          List.copyOf(sent),
          List.copyOf(fetched),
          List.copyOf(probes));
    }

    private String distrusted(@Nullable ParsedCertificate root) {
      List<ParsedCertificate> all = new ArrayList<>(below);
      if (root != null) {
        all.add(root);
      }
      ParsedCertificate last = below.isEmpty() ? sent.getFirst() : below.getLast();
      all.addAll(anchors.distrustedNamed(last.issuer()));
      for (ParsedCertificate certificate : all) {
        String by = anchors.distrustedBy(certificate);
        if (by != null) {
          return certificate + " (" + by + ")";
        }
      }
      return "";
    }

    private Optional<ParsedCertificate> issuer(ParsedCertificate of) throws InterruptedException {
      Optional<ParsedCertificate> atHand =
          first(anchors.named(of.issuer()), of).or(() -> first(sent, of));
      return atHand.isPresent() ? atHand : fetch(of);
    }

    private Optional<ParsedCertificate> first(List<ParsedCertificate> among, ParsedCertificate of) {
      return among.stream()
          .filter(c -> c.subject().equals(of.issuer()) && !below.contains(c))
          .filter(c -> of.signedBy(c) != Signature.BAD)
          .findFirst();
    }

    private Optional<ParsedCertificate> fetch(ParsedCertificate of) throws InterruptedException {
      EndpointProbe.About about = new EndpointProbe.About(of, null, List.of(), now);
      for (Endpoint endpoint : Endpoint.of(of)) {
        if (endpoint.kind() == Endpoint.Kind.CA_ISSUERS
            && probes.size() < CheckSettings.MAX_CERTIFICATES
            && System.nanoTime() - end < 0) {
          ProbeResult probed = probe.probe(endpoint, about);
          probes.add(probed);
          Optional<ParsedCertificate> found = first(probed.issuers(), of);
          if (found.isPresent()) {
            fetched.add(found.get());
            return found;
          }
        }
      }
      return Optional.empty();
    }
  }
}
