package io.postern.transport;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;

/**
 * DNS names of a certificate, lower case: the subject alternative names, else the common name. For
 * the trace and for choosing our own certificate: none longer than a DNS name can be and 16 KiB in
 * all, since a peer's names travel with every record of its session. Who decides by names reads the
 * certificate itself.
 */
final class LeafNames {
  private static final int MAX_OCTETS = 16 * 1024;
  private static final int MAX_LENGTH = 253; // RFC 1035 §2.3.4, as text
  private static final int DNS_NAME = 2; // RFC 5280 §4.2.1.6

  private LeafNames() {}

  static List<String> of(X509Certificate certificate) {
    List<String> names = new ArrayList<>();
    boolean any = false;
    try {
      @Nullable Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
      if (alternatives != null) {
        for (List<?> alternative : alternatives) {
          if (alternative.get(0) instanceof Integer type
              && type == DNS_NAME
              && alternative.get(1) instanceof String name) {
            any = true;
            add(names, name);
          }
        }
      }
    } catch (CertificateParsingException e) {
      return List.of(); // malformed: the verdict will say so
    }
    if (!any) { // RFC 6125 §6.4.4
      commonName(certificate, names);
    }
    return upTo(names, MAX_OCTETS);
  }

  private static List<String> upTo(List<String> names, int octets) {
    int left = octets;
    for (int i = 0; i < names.size(); i++) {
      left -= names.get(i).length();
      if (left < 0) {
        return List.copyOf(names.subList(0, i));
      }
    }
    return List.copyOf(names);
  }

  private static void add(List<String> names, String name) {
    if (name.length() <= MAX_LENGTH) {
      names.add(lower(name));
    }
  }

  private static void commonName(X509Certificate certificate, List<String> names) {
    try {
      for (Rdn rdn : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
        if (rdn.getType().equalsIgnoreCase("CN") && rdn.getValue() instanceof String name) {
          add(names, name);
        }
      }
    } catch (InvalidNameException e) {
      names.clear();
    }
  }

  static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
