package io.postern.certificate.revocation.probe;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.revocation.DistributionPoints;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;

/**
 * A place that a certificate names, where its issuer publishes something about it, followed by
 * Postern or not. Immutable.
 *
 * @param url as in the certificate, but printable ASCII and at most {@value #MAX_URL} characters;
 *     for a name that is no URL its kind and its text
 * @param followed Postern asks there: it is an http URL
 */
public record Endpoint(Kind kind, String url, boolean followed) {
  private static final int MAX_URL = 1000;

  public enum Kind {
    /** The issuer's certificate (RFC 5280 §4.2.2.1). */
    CA_ISSUERS,
    /** Complete lists (RFC 5280 §4.2.1.13). */
    CRL,
    /** The changes since them (RFC 5280 §4.2.1.15). */
    FRESHEST_CRL,
    OCSP
  }

  /** All that a certificate names, each once: lists, changes, responders, issuers. */
  public static List<Endpoint> of(ParsedCertificate certificate) {
    Set<Endpoint> all = new LinkedHashSet<>();
    lists(certificate, Extension.cRLDistributionPoints, Kind.CRL, all);
    lists(certificate, Extension.freshestCRL, Kind.FRESHEST_CRL, all);
    access(certificate, AccessDescription.id_ad_ocsp, Kind.OCSP, all);
    access(certificate, AccessDescription.id_ad_caIssuers, Kind.CA_ISSUERS, all);
    return new ArrayList<>(all);
  }

  private static void lists(
      ParsedCertificate certificate, ASN1ObjectIdentifier oid, Kind kind, Set<Endpoint> all) {
    for (DistributionPoint point : DistributionPoints.ofExtension(certificate, oid)) {
      DistributionPoints.names(point.getDistributionPoint(), certificate.holder().getIssuer())
          .forEach(name -> all.add(of(kind, name)));
    }
  }

  private static void access(
      ParsedCertificate certificate, ASN1ObjectIdentifier method, Kind kind, Set<Endpoint> all) {
    DistributionPoints.accessLocations(certificate, method)
        .forEach(name -> all.add(of(kind, name)));
  }

  private static Endpoint of(Kind kind, GeneralName name) {
    boolean url = name.getTagNo() == GeneralName.uniformResourceIdentifier;
    String text =
        url
            ? name.getName().toString()
            : (name.getTagNo() == GeneralName.directoryName ? "directory:" : "name:")
                + name.getName();
    String shown = text.replaceAll("[^\\x20-\\x7e]", "?");
    shown = shown.length() <= MAX_URL ? shown : shown.substring(0, MAX_URL);
    return new Endpoint(
        kind,
        shown,
        url && shown.equals(text) && text.toLowerCase(Locale.ROOT).startsWith("http://"));
  }
}
