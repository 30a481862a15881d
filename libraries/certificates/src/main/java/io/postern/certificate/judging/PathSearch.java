package io.postern.certificate.judging;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.ParsedCertificate.Signature;
import io.postern.certificate.Problem;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.certificate.revocation.DistributionPoints;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.VerdictReason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.jspecify.annotations.Nullable;

/**
 * The search for paths from a leaf to anchors over the certificates presented, in any order, by
 * name and signature; nearest anchor first, then in the order presented; none over a certificate
 * that is distrusted here. Says why there is none.
 *
 * <p>Bounds: {@value #MAX_STEPS} steps and {@value #MAX_PATHS} paths, each signature checked once;
 * a chain that needs more is too complex. One thread, one use.
 */
final class PathSearch {
  static final int MAX_STEPS = 400;
  static final int MAX_PATHS = 16;

  private record Link(ParsedCertificate certificate, ParsedCertificate issuer) {}

  private final List<ParsedCertificate> presented;
  private final TrustAnchors anchors;
  private final List<CandidatePath> paths = new ArrayList<>();
  private final Map<Link, Signature> checked = new HashMap<>();
  private final Deque<ParsedCertificate> way = new ArrayDeque<>();
  private int steps;
  private boolean cut;
  private boolean badSignature;
  private boolean selfSignedEnd;
  private @Nullable ParsedCertificate distrusted;

  /**
   * @param presented leaf first, at least one
   */
  PathSearch(List<ParsedCertificate> presented, TrustAnchors anchors) {
    this.presented = presented;
    this.anchors = anchors;
    follow(presented.getFirst());
  }

  List<CandidatePath> paths() {
    return paths;
  }

  /** True if the search ended at a bound: there may be more paths. */
  boolean cut() {
    return cut;
  }

  /** Why there is no path; only when {@link #paths} is empty. */
  Problem noPath() {
    ParsedCertificate leaf = presented.getFirst();
    if (distrusted != null) {
      return new Problem(
          VerdictReason.UNTRUSTED_ROOT,
          "distrusted here by %s: %s (SHA-256 %s)"
              .formatted(
                  anchors.distrustedBy(distrusted),
                  distrusted,
                  Fingerprints.hex(distrusted.fingerprint())));
    }
    if (leaf.selfSigned()) {
      return new Problem(
          VerdictReason.SELF_SIGNED,
          "the certificate is self-signed and not a trust anchor: " + leaf);
    }
    if (cut) {
      return tooComplex();
    }
    if (selfSignedEnd) {
      return new Problem(
          VerdictReason.UNTRUSTED_ROOT, "the chain ends in a root that is not a trust anchor");
    }
    if (badSignature) {
      return new Problem(
          VerdictReason.BAD_SIGNATURE,
          "a certificate of the chain was not signed by the key of the issuer that it names");
    }
    return withoutIssuer(lastReached());
  }

  /**
   * Either its authority is not trusted, or an intermediate is missing; Exchange calls both
   * UntrustedRoot. The likelier one goes first: servers send no root, so behind an intermediate it
   * is the root; and public authorities write into each certificate where its issuer's is to be
   * had, private ones often do not.
   */
  private Problem withoutIssuer(ParsedCertificate last) {
    String issuer = last.issuer().getName();
    boolean ofPublicAuthority =
        !DistributionPoints.accessLocations(last, AccessDescription.id_ad_caIssuers).isEmpty();
    return last.equals(presented.getFirst()) && ofPublicAuthority
        ? new Problem(
            VerdictReason.INCOMPLETE_CHAIN,
            "the issuer of the certificate was not presented and is not a trust anchor: %s; send its certificate and all others up to the root, or, if it is a root, agree on it"
                .formatted(issuer))
        : new Problem(
            VerdictReason.UNTRUSTED_ROOT,
            "the authority is not a trust anchor, and its certificate was not presented: %s; agree on its root, or, if it is below a trust anchor, send its certificate"
                .formatted(issuer));
  }

  static Problem tooComplex() {
    return new Problem(
        VerdictReason.TOO_COMPLEX,
        "the search for a path was ended after " + MAX_STEPS + " steps or " + MAX_PATHS + " paths");
  }

  private void follow(ParsedCertificate certificate) {
    if (cut || ++steps > MAX_STEPS || paths.size() >= MAX_PATHS) {
      cut = true;
      return;
    }
    if (anchors.distrustedBy(certificate) != null) {
      distrusted = certificate;
      return;
    }
    if (anchors.contains(certificate)) {
      paths.add(new CandidatePath(List.copyOf(way), certificate));
      return;
    }
    way.addLast(certificate);
    for (ParsedCertificate anchor : anchors.named(certificate.issuer())) {
      if (paths.size() >= MAX_PATHS) {
        cut = true;
      } else if (linked(certificate, anchor)) {
        paths.add(new CandidatePath(List.copyOf(way), anchor));
      }
    }
    for (ParsedCertificate anchor : anchors.distrustedNamed(certificate.issuer())) {
      if (distrusted == null && linked(certificate, anchor)) {
        distrusted = anchor;
      }
    }
    if (certificate.selfIssued() && linked(certificate, certificate)) {
      // Nothing above a root but an anchor of its own name.
      selfSignedEnd = true;
    } else {
      for (ParsedCertificate issuer : presented) {
        if (issuer.subject().equals(certificate.issuer())
            && !onWay(issuer)
            && linked(certificate, issuer)) {
          follow(issuer);
        }
      }
    }
    way.removeLast();
  }

  // A name and key once on the way would only go in circles (RFC 4158 §5.2).
  private boolean onWay(ParsedCertificate issuer) {
    for (ParsedCertificate earlier : way) {
      if (earlier.subject().equals(issuer.subject()) && earlier.key().equals(issuer.key())) {
        return true;
      }
    }
    return false;
  }

  private boolean linked(ParsedCertificate certificate, ParsedCertificate issuer) {
    Signature signature =
        checked.computeIfAbsent(
            new Link(certificate, issuer), link -> link.certificate().signedBy(link.issuer()));
    badSignature |= signature == Signature.BAD;
    return signature != Signature.BAD;
  }

  private ParsedCertificate lastReached() {
    ParsedCertificate last = presented.getFirst();
    // At most each presented certificate once.
    for (int i = 0; i < presented.size(); i++) {
      ParsedCertificate at = last;
      last =
          presented.stream()
              .filter(c -> !c.equals(at) && c.subject().equals(at.issuer()))
              .findFirst()
              .orElse(at);
    }
    return last;
  }
}
