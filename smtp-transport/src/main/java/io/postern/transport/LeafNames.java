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
 * DNS names of a certificate, lower case: the subject alternative names, else the common name. At
 * most 100.
 */
final class LeafNames {
  private static final int MAX_NAMES = 100;
  private static final int DNS_NAME = 2; // RFC 5280 §4.2.1.6

  private LeafNames() {}

  static List<String> of(X509Certificate certificate) {
    List<String> names = new ArrayList<>();
    try {
      @Nullable Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
      if (alternatives != null) {
        for (List<?> alternative : alternatives) {
          if (alternative.get(0) instanceof Integer type
              && type == DNS_NAME
              && alternative.get(1) instanceof String name) {
            names.add(lower(name));
          }
        }
      }
    } catch (CertificateParsingException e) {
      return List.of(); // malformed: the verdict will say so
    }
    if (names.isEmpty()) {
      commonName(certificate, names);
    }
    return List.copyOf(names.subList(0, Math.min(names.size(), MAX_NAMES)));
  }

  private static void commonName(X509Certificate certificate, List<String> names) {
    try {
      for (Rdn rdn : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
        if (rdn.getType().equalsIgnoreCase("CN") && rdn.getValue() instanceof String name) {
          names.add(lower(name));
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
