package io.postern.certificate.revocation.crl;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.revocation.DistributionPoints;
import io.postern.certificate.revocation.Finding;
import io.postern.certificate.revocation.SignerTrust;
import io.postern.certificate.revocation.store.Publication.Times;
import io.postern.certificate.revocation.store.PublicationStore;
import io.postern.contracts.v1.RevocationEvidence;
import io.postern.contracts.v1.RevocationStatus;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.jspecify.annotations.Nullable;

/**
 * The finding of several lists about one certificate (RFC 5280 §6.3.3): revoked when one of them
 * has it, not revoked when they cover all reasons and none has it. The caller has checked the
 * lists' signatures and signers. A list that does not cover the certificate, or that cannot be
 * understood, decides nothing: UNREACHABLE with the reason; a list that is not current is STALE.
 *
 * <p>One thread, for one use.
 */
public final class CrlExamination {
  public static final String SOURCE = "crl";

  private static final List<ASN1ObjectIdentifier> UNDERSTOOD =
      List.of(
          Extension.issuingDistributionPoint,
          Extension.cRLNumber,
          Extension.deltaCRLIndicator,
          Extension.freshestCRL,
          Extension.authorityKeyIdentifier,
          Extension.issuerAlternativeName);

  private final ParsedCertificate certificate;
  private final List<DistributionPoints.Point> points;
  private final Instant now;
  private int covered;
  private Instant until = Instant.MAX;
  private Instant asOf = Instant.MIN; // the newest thisUpdate of the lists that count
  private final List<RevocationEvidence> supporting = new ArrayList<>();
  private @Nullable Finding revoked;
  private @Nullable RevocationEvidence last; // of a list that covers some reasons
  private @Nullable Finding best; // of the lists that decided nothing

  public CrlExamination(ParsedCertificate certificate, DistributionPoints points, Instant now) {
    this.certificate = certificate;
    this.points = new ArrayList<>(points.points());
    this.points.add(DistributionPoints.implicit(certificate));
    this.now = now;
  }

  /**
   * Takes a complete list into account, with a list of its changes if there is one that {@link
   * #fits}.
   *
   * @param signer why its signer is trusted
   */
  public void add(Crl list, @Nullable Crl changes, String url, SignerTrust signer) {
    RevocationEvidence.Builder evidence =
        Times.of(list).into(Finding.evidence(certificate, SOURCE, url));
    String unclear = unclear(list);
    int reasons = unclear == null ? reasons(list) : 0;
    if (reasons == 0) {
      nothing(evidence, unclear == null ? outOfScope(list) : unclear);
    } else if (!list.currentAt(now)) {
      String detail = list.stale("the list", now);
      nothing(
          new Finding(evidence.setStatus(RevocationStatus.STALE).setDetail(detail).build(), now));
    } else {
      supporting.addAll(signer.evidence());
      holdsUntil(signer.until());
      look(list, changes, evidence, reasons);
    }
  }

  private void look(
      Crl list, @Nullable Crl changes, RevocationEvidence.Builder evidence, int reasons) {
    Instant next = earlier(nextUpdate(list), changes == null ? Instant.MAX : nextUpdate(changes));
    asOf = later(asOf, list.thisUpdate());
    asOf = changes == null ? asOf : later(asOf, changes.thisUpdate());
    evidence.setThisUpdateMillis(asOf.toEpochMilli());
    BigInteger serial = certificate.x509().getSerialNumber();
    Crl.Entry entry;
    try {
      Crl.Entry change = changes == null ? null : changes.entry(serial, certificate.issuer());
      entry = change != null ? change : list.entry(serial, certificate.issuer());
    } catch (MalformedCrlException e) {
      nothing(evidence, "the list cannot be understood: " + e.getMessage());
      return;
    }
    if (entry != null && !entry.removed()) {
      revoked =
          new Finding(
              evidence
                  .setStatus(RevocationStatus.IS_REVOKED)
                  .setRevokedAtMillis(entry.revokedAt().toEpochMilli())
                  .setDetail("revoked at " + entry.revokedAt() + ", reason: " + entry.reason())
                  .build(),
              earlier(until, next),
              List.copyOf(supporting));
      return;
    }
    covered |= reasons;
    until = earlier(until, next);
    last = evidence.setStatus(RevocationStatus.NOT_REVOKED).build();
  }

  /** The finding holds no longer than that. */
  void holdsUntil(Instant time) {
    until = earlier(until, time);
  }

  /** A list that could not be had. */
  void failed(String url, PublicationStore.Failure<Crl> failure) {
    nothing(failure.finding(certificate, SOURCE, url));
  }

  /** A list says nothing. */
  void nothing(String url, String why) {
    nothing(Finding.evidence(certificate, SOURCE, url), why);
  }

  private void nothing(RevocationEvidence.Builder evidence, String why) {
    nothing(
        new Finding(
            evidence.setStatus(RevocationStatus.UNREACHABLE).setDetail(why).build(), Instant.MAX));
  }

  // A stale list is nearer to an answer than none.
  private void nothing(Finding finding) {
    if (best == null
        || best.status() == RevocationStatus.UNREACHABLE
            && finding.status() == RevocationStatus.STALE) {
      best = finding;
    }
  }

  /** No other list can change it. */
  boolean settled() {
    return revoked != null || covered == DistributionPoints.ALL_REASONS;
  }

  /** They are about this certificate, if perhaps for some reasons only. */
  public boolean covered() {
    return covered != 0;
  }

  /** The lists' common finding. */
  public Finding finding() {
    if (revoked != null) {
      return revoked;
    }
    if (last != null && covered == DistributionPoints.ALL_REASONS) {
      return new Finding(last, until, List.copyOf(supporting));
    }
    if (best != null) {
      return best;
    }
    if (last == null) {
      return Finding.unreachable(
          certificate, SOURCE, "", "no list of the issuer is available", until);
    }
    return new Finding(
        last.toBuilder()
            .setStatus(RevocationStatus.UNREACHABLE)
            .setDetail("the lists are about some reasons for a revocation only")
            .build(),
        until);
  }

  /** Whether changes belong to a list and to this moment (RFC 5280 §5.2.4). */
  public static boolean fits(Crl list, Crl changes, Instant now) {
    BigInteger since = changes.changesSince();
    BigInteger number = list.number();
    BigInteger newer = changes.number();
    return since != null
        && number != null
        && newer != null
        && list.changesSince() == null
        && changes.issuer().equals(list.issuer())
        && since.compareTo(number) <= 0
        && number.compareTo(newer) < 0
        && sameScope(list, changes)
        && unknown(changes) == null
        && changes.currentAt(now);
  }

  private static boolean sameScope(Crl list, Crl changes) {
    Extension one = list.extension(Extension.issuingDistributionPoint);
    Extension other = changes.extension(Extension.issuingDistributionPoint);
    return one == null
        ? other == null
        : other != null
            && Arrays.equals(one.getExtnValue().getOctets(), other.getExtnValue().getOctets());
  }

  private static @Nullable String unclear(Crl list) {
    if (list.changesSince() != null) {
      return "the list has changes only (a delta list)";
    }
    return unknown(list);
  }

  private static @Nullable String unknown(Crl list) {
    for (ASN1ObjectIdentifier oid : list.criticalExtensions()) {
      if (!UNDERSTOOD.contains(oid)) {
        return "the list has the critical extension " + oid + ", which is unknown";
      }
    }
    String entry = list.unknownCriticalOfAnEntry();
    return entry == null
        ? null
        : "an entry of the list has the critical extension " + entry + ", which is unknown";
  }

  /** The reasons that the list covers for this certificate (RFC 5280 §6.3.3 (b), (d)). */
  private int reasons(Crl list) {
    IssuingDistributionPoint scope = list.scope();
    if (scope != null && ofAnotherKind(scope)) {
      return 0;
    }
    int all = 0;
    for (DistributionPoints.Point point : points) {
      if (isOf(list, point)) {
        all |= point.reasons();
      }
    }
    return scope == null ? all : all & DistributionPoints.reasons(scope.getOnlySomeReasons());
  }

  private boolean ofAnotherKind(IssuingDistributionPoint scope) {
    return scope.onlyContainsAttributeCerts()
        || (scope.onlyContainsUserCerts() && certificate.isCa())
        || (scope.onlyContainsCACerts() && !certificate.isCa());
  }

  // RFC 5280 §6.3.3 (b) (1), (2) (i)
  private boolean isOf(Crl list, DistributionPoints.Point point) {
    boolean byWhom =
        point.listIssuers().isEmpty()
            ? list.issuer().equals(certificate.issuer())
            : point.listIssuers().contains(list.issuer()) && list.indirect();
    IssuingDistributionPoint scope = list.scope();
    if (!byWhom || scope == null) {
      return byWhom;
    }
    List<GeneralName> names =
        DistributionPoints.names(
            scope.getDistributionPoint(), X500Name.getInstance(list.issuer().getEncoded()));
    return names.isEmpty() || !Collections.disjoint(names, point.names());
  }

  private String outOfScope(Crl list) {
    IssuingDistributionPoint scope = list.scope();
    return scope != null && ofAnotherKind(scope)
        ? "the list is about certificates of another kind"
        : "the list is of another distribution point";
  }

  private static Instant nextUpdate(Crl list) {
    Instant next = list.nextUpdate();
    return next == null ? Instant.MIN : next;
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }
}
