package io.postern.certificate.revocation;

import io.postern.certificate.ParsedCertificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.bouncycastle.asn1.ASN1EncodableVector;
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
import org.jspecify.annotations.Nullable;

/**
 * Where a certificate says that its revocation is published (RFC 5280 §4.2.1.13, §4.2.2.1).
 *
 * @param urls http URLs of its lists, in the certificate's order, at most {@value #MAX_URLS}
 * @param names all names of its distribution points, to compare with those of a list
 * @param elsewhere lists that are published in a way that is not followed (ldap, https, a
 *     directory, by another issuer)
 * @param ocsp it names an OCSP responder
 */
record DistributionPoints(
    List<String> urls, Set<GeneralName> names, boolean elsewhere, boolean ocsp) {
  static final int MAX_URLS = 8;

  static DistributionPoints of(ParsedCertificate certificate) {
    Set<String> urls = new LinkedHashSet<>();
    Set<GeneralName> names = new HashSet<>();
    boolean elsewhere = false;
    Extension extension = certificate.extension(Extension.cRLDistributionPoints);
    if (extension != null) {
      X500Name issuer = certificate.holder().getIssuer();
      CRLDistPoint points = CRLDistPoint.getInstance(extension.getParsedValue());
      for (DistributionPoint point : points.getDistributionPoints()) {
        // A list by another issuer, or for some reasons only, says nothing alone.
        boolean usable = point.getCRLIssuer() == null && point.getReasons() == null;
        for (GeneralName name : names(point.getDistributionPoint(), issuer)) {
          names.add(name);
          String url = httpUrl(name);
          if (usable && url != null && urls.size() < MAX_URLS) {
            urls.add(url);
          } else {
            elsewhere = true;
          }
        }
        elsewhere |= point.getDistributionPoint() == null;
      }
    }
    return new DistributionPoints(
        List.copyOf(urls), Set.copyOf(names), elsewhere, namesOcsp(certificate));
  }

  /** Nothing at all: neither lists nor a responder. */
  boolean nothingPublished() {
    return urls.isEmpty() && !elsewhere && !ocsp;
  }

  /** The names of a point; one relative to the issuer is completed (RFC 5280 §4.2.1.13). */
  static List<GeneralName> names(@Nullable DistributionPointName name, X500Name issuer) {
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

  private static @Nullable String httpUrl(GeneralName name) {
    if (name.getTagNo() != GeneralName.uniformResourceIdentifier) {
      return null;
    }
    String url = name.getName().toString();
    return url.toLowerCase(Locale.ROOT).startsWith("http://") ? url : null;
  }

  private static boolean namesOcsp(ParsedCertificate certificate) {
    Extension extension = certificate.extension(Extension.authorityInfoAccess);
    if (extension == null) {
      return false;
    }
    List<AccessDescription> descriptions =
        new ArrayList<>(
            List.of(
                AuthorityInformationAccess.getInstance(extension.getParsedValue())
                    .getAccessDescriptions()));
    return descriptions.stream()
        .anyMatch(d -> AccessDescription.id_ad_ocsp.equals(d.getAccessMethod()));
  }
}
