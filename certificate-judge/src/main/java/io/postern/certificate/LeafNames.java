package io.postern.certificate;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;

/**
 * The DNS names of a leaf in lower case: those of its subject alternative name, and only without
 * one the most specific common name (RFC 6125 §6.4.4). What is no DNS name is left out. Stateless.
 */
public final class LeafNames {
  private static final int MAX_NAME = 253;

  private LeafNames() {}

  public static List<String> of(ParsedCertificate leaf) {
    Set<String> names = new LinkedHashSet<>();
    boolean any = false;
    Extension extension = leaf.extension(Extension.subjectAlternativeName);
    if (extension != null) {
      for (GeneralName name : GeneralNames.getInstance(extension.getParsedValue()).getNames()) {
        if (name.getTagNo() == GeneralName.dNSName) {
          any = true;
          add(names, name.getName().toString());
        }
      }
    }
    if (!any) {
      commonName(leaf, names);
    }
    return List.copyOf(names);
  }

  private static void commonName(ParsedCertificate leaf, Set<String> names) {
    RDN[] rdns = leaf.holder().getSubject().getRDNs(BCStyle.CN);
    if (rdns.length > 0) {
      // The last one in the certificate is the most specific.
      for (AttributeTypeAndValue part : rdns[rdns.length - 1].getTypesAndValues()) {
        if (BCStyle.CN.equals(part.getType())) {
          add(names, IETFUtils.valueToString(part.getValue()));
        }
      }
    }
  }

  private static void add(Set<String> names, String text) {
    String name = text.toLowerCase(Locale.ROOT);
    if (name.length() <= MAX_NAME
        && name.matches("(\\*\\.)?[a-z0-9_]([a-z0-9_-]*)(\\.[a-z0-9_][a-z0-9_-]*)*")) {
      names.add(name);
    }
  }
}
