package io.postern.certificate.revocation;

import io.postern.certificate.ParsedCertificate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.ReasonFlags;
import org.jspecify.annotations.Nullable;

/**
 * The places where a certificate's revocation is published (RFC 5280 §4.2.1.13, §4.2.2.1).
 *
 * @param points those it names, in its order
 * @param elsewhere lists that are published in a way that is not followed (ldap, https, a
 *     directory)
 * @param responders http URLs of its OCSP responders, at most {@value #MAX_URLS}
 * @param ocsp it names an OCSP responder, followed or not
 */
public record DistributionPoints(
    List<Point> points, boolean elsewhere, List<String> responders, boolean ocsp) {
  static final int MAX_URLS = 8;
  private static final int MAX_POINTS = 32;

  /** All reasons for a revocation (RFC 5280 §4.2.1.13), as the bits of {@link ReasonFlags}. */
  public static final int ALL_REASONS =
      ReasonFlags.keyCompromise
          | ReasonFlags.cACompromise
          | ReasonFlags.affiliationChanged
          | ReasonFlags.superseded
          | ReasonFlags.cessationOfOperation
          | ReasonFlags.certificateHold
          | ReasonFlags.privilegeWithdrawn
          | ReasonFlags.aACompromise;

  /**
   * A distribution point of lists.
   *
   * @param urls http URLs, in the certificate's order; over all points at most {@value #MAX_URLS}
   * @param names for the comparison with those in a list's scope
   * @param listIssuers the issuers of its lists; empty: the certificate's issuer
   * @param reasons the reasons for a revocation that its lists cover
   */
  public record Point(
      List<String> urls, Set<GeneralName> names, Set<X500Principal> listIssuers, int reasons) {}

  public static DistributionPoints of(ParsedCertificate certificate) {
    List<GeneralName> ocsp = accessLocations(certificate, AccessDescription.id_ad_ocsp);
    List<String> responders =
        ocsp.stream()
            .map(DistributionPoints::httpUrl)
            .filter(Objects::nonNull)
            .limit(MAX_URLS)
            .toList();
    Points points = new Points(certificate, Extension.cRLDistributionPoints);
    return new DistributionPoints(points.points, points.elsewhere, responders, !ocsp.isEmpty());
  }

  /** Where the changes since its lists are (RFC 5280 §4.2.1.15). */
  public static List<String> freshest(ParsedCertificate certificate) {
    return urls(new Points(certificate, Extension.freshestCRL).points);
  }

  /** The same as a list of this issuer names it (RFC 5280 §5.2.6). */
  public static List<String> freshest(X500Principal by, @Nullable Extension extension) {
    if (extension == null) {
      return List.of();
    }
    Points points = new Points(X500Name.getInstance(by.getEncoded()));
    points.read(
        List.of(CRLDistPoint.getInstance(extension.getParsedValue()).getDistributionPoints()));
    return urls(points.points);
  }

  private static List<String> urls(List<Point> points) {
    return points.stream().flatMap(point -> point.urls().stream()).toList();
  }

  public List<String> urls() {
    return urls(points);
  }

  /** Nothing at all: neither lists nor a responder. */
  public boolean nothingPublished() {
    return points.isEmpty() && !elsewhere && !ocsp;
  }

  /** The point that every certificate has: its issuer's list (RFC 5280 §6.3.3, at its end). */
  public static Point implicit(ParsedCertificate certificate) {
    return new Point(
        List.of(),
        Set.of(new GeneralName(certificate.holder().getIssuer())),
        Set.of(),
        ALL_REASONS);
  }

  /** The names of a point; one relative to the issuer is completed (RFC 5280 §4.2.1.13). */
  public static List<GeneralName> names(@Nullable DistributionPointName name, X500Name issuer) {
    if (name == null) {
      return List.of();
    }
    if (name.getType() == DistributionPointName.FULL_NAME) {
      return List.of(GeneralNames.getInstance(name.getName()).getNames());
    }
    ASN1EncodableVector relative = new ASN1EncodableVector();
    for (RDN rdn : issuer.getRDNs()) {
      relative.add(rdn);
    }
    relative.add(RDN.getInstance(name.getName()));
    ASN1Sequence complete = new DERSequence(relative);
    return List.of(new GeneralName(X500Name.getInstance(complete)));
  }

  /** The points of one extension, being read. */
  private static final class Points {
    final List<Point> points = new ArrayList<>();
    private final X500Name issuer;
    private int urls;
    boolean elsewhere;

    Points(X500Name issuer) {
      this.issuer = issuer;
    }

    Points(ParsedCertificate certificate, ASN1ObjectIdentifier oid) {
      this(certificate.holder().getIssuer());
      read(ofExtension(certificate, oid));
    }

    void read(List<DistributionPoint> all) {
      for (DistributionPoint point : all) {
        if (points.size() == MAX_POINTS) {
          elsewhere = true;
          return;
        }
        read(point);
      }
    }

    private void read(DistributionPoint point) {
      Set<X500Principal> listIssuers = new LinkedHashSet<>();
      Set<GeneralName> names = new HashSet<>();
      X500Name relativeTo = issuer;
      if (point.getCRLIssuer() != null) {
        for (GeneralName name : point.getCRLIssuer().getNames()) {
          if (name.getTagNo() == GeneralName.directoryName) {
            relativeTo = X500Name.getInstance(name.getName());
            listIssuers.add(principal(relativeTo));
            names.add(name);
          }
        }
      }
      List<String> wanted = new ArrayList<>();
      List<GeneralName> named = names(point.getDistributionPoint(), relativeTo);
      for (GeneralName name : named) {
        String url = httpUrl(name);
        if (url != null && urls < MAX_URLS) {
          wanted.add(url);
          urls++;
        } else {
          elsewhere = true;
        }
      }
      elsewhere |= named.isEmpty();
      // The list issuer's name stands for a point that has none (RFC 5280 §6.3.3 (b) (2) (i)).
      points.add(
          new Point(
              List.copyOf(wanted),
              named.isEmpty() ? Set.copyOf(names) : Set.copyOf(named),
              listIssuers,
              reasons(point.getReasons())));
    }
  }

  /** Bits of {@link #ALL_REASONS}; null: all. */
  public static int reasons(@Nullable ReasonFlags flags) {
    return flags == null ? ALL_REASONS : flags.intValue() & ALL_REASONS;
  }

  private static X500Principal principal(X500Name name) {
    try {
      return new X500Principal(name.getEncoded());
    } catch (IOException e) {
      throw new UncheckedIOException("a name that was read can be written", e);
    }
  }

  private static @Nullable String httpUrl(GeneralName name) {
    if (name.getTagNo() != GeneralName.uniformResourceIdentifier) {
      return null;
    }
    String url = name.getName().toString();
    return url.toLowerCase(Locale.ROOT).startsWith("http://") ? url : null;
  }

  /** The places that a certificate names for this kind of access (RFC 5280 §4.2.2.1). */
  public static List<GeneralName> accessLocations(
      ParsedCertificate certificate, ASN1ObjectIdentifier method) {
    Extension extension = certificate.extension(Extension.authorityInfoAccess);
    return extension == null
        ? List.of()
        : Stream.of(
                AuthorityInformationAccess.getInstance(extension.getParsedValue())
                    .getAccessDescriptions())
            .filter(description -> method.equals(description.getAccessMethod()))
            .map(AccessDescription::getAccessLocation)
            .toList();
  }

  /** The distribution points of one extension. */
  public static List<DistributionPoint> ofExtension(
      ParsedCertificate certificate, ASN1ObjectIdentifier oid) {
    Extension extension = certificate.extension(oid);
    return extension == null
        ? List.of()
        : List.of(CRLDistPoint.getInstance(extension.getParsedValue()).getDistributionPoints());
  }
}
