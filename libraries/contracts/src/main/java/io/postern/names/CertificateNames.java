package io.postern.names;

import io.postern.contracts.X509;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;

/**
 * The DNS names of a certificate, and the two rules by which they are compared: with a host's name
 * (DANE, MTA-STS, REQUIRETLS, the choice of our own certificate by server name), and with what an
 * administrator wrote in a connector (tlsSenderCertificateName, tlsDomain). Stateless, any thread.
 * The chain is judged elsewhere: a name proves something only together with a good verdict.
 *
 * <p>Addresses (iPAddress) are no names here: no connector can ask for one. Bound: {@value
 * #MAX_NAMES} names of 253 characters, more than a chain of 64 KiB holds.
 */
public final class CertificateNames {
  private static final int MAX_NAMES = 8192;

  /** RFC 5280 §4.2.1.6: the tag of dNSName. */
  private static final int DNS_NAME = 2;

  private static final String ALTERNATIVE_NAME = "2.5.29.17";

  private CertificateNames() {}

  /** True if one of the names matches, see {@link #matches(String, String)}. */
  public static boolean matches(String host, Collection<String> names) {
    return names.stream().anyMatch(name -> matches(host, name));
  }

  /**
   * Whether a certificate's name is a host's. Names are compared without regard to case. They match
   * if they are equal, or if the certificate says {@code *.x} and the host is {@code y.x}. A
   * certificate's wildcard stands for exactly one label, is the whole first label and has at least
   * two labels behind it (RFC 6125 §6.4.3, RFC 9525 §6.3), so {@code *.x} is neither {@code x} nor
   * {@code z.y.x}, and {@code *.com} is nothing but itself.
   */
  public static boolean matches(String host, String name) {
    String wanted = DomainNames.normal(host);
    String presented = DomainNames.normal(name);
    return !wanted.isEmpty() && (wanted.equals(presented) || covers(presented, wanted));
  }

  /** True if one of the names fits the field, see {@link #fits(String, String)}. */
  public static boolean fits(String field, Collection<String> names) {
    return fitting(field, names) != null;
  }

  /**
   * Whether a certificate's name fits a connector's tlsSenderCertificateName or tlsDomain. A field
   * {@code *.x} is Exchange's: the domain x and all its subdomains, at any depth
   * (New-InboundConnector, TlsSenderCertificateName; docs/decisions/0083). A certificate for {@code
   * *.x}, or for a wildcard below x, fits it too. Any other field is a host's name, as {@link
   * #matches(String, String)} says. A field {@code *.com} is nothing but itself.
   */
  public static boolean fits(String field, String name) {
    String wanted = DomainNames.normal(field);
    if (!wanted.startsWith("*.") || !DomainNames.hasDot(wanted.substring(2))) {
      return matches(wanted, name);
    }
    String presented = DomainNames.normal(name);
    String domain = presented.startsWith("*.") ? presented.substring(2) : presented;
    return domain.equals(wanted.substring(2)) || domain.endsWith(wanted.substring(1));
  }

  /** The first name that fits the field. */
  public static @Nullable String fitting(String field, Collection<String> names) {
    for (String name : names) {
      if (fits(field, name)) {
        return name;
      }
    }
    return null;
  }

  private static boolean covers(String wildcard, String host) {
    if (!wildcard.startsWith("*.") || host.indexOf('*') >= 0) {
      return false;
    }
    String base = wildcard.substring(2);
    return DomainNames.hasDot(base)
        && host.indexOf('.') > 0
        && DomainNames.parent(host).equals(base);
  }

  /**
   * The DNS names in lower case, each once, in the certificate's order: those of the subject
   * alternative name; only if it has none, the most specific common name (RFC 6125 §6.4.4). A name
   * is a domain in letters, digits and hyphens, with {@code *.} before it at most. Everything else
   * is left out: text, letters that are not ASCII (some turn into ASCII in lower case),
   * underscores, other wildcards, addresses written as names. Empty for a certificate whose names
   * cannot be read.
   */
  public static List<String> of(X509Certificate certificate) {
    return names(certificate, true);
  }

  /**
   * The same without the common name: the DNS-IDs, for a rule that takes nothing else (RFC 8461
   * §3.3).
   */
  public static List<String> dnsIds(X509Certificate certificate) {
    return names(certificate, false);
  }

  private static List<String> names(X509Certificate certificate, boolean orCommonName) {
    Set<String> names = new LinkedHashSet<>();
    try {
      Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
      if (alternatives == null && certificate.getExtensionValue(ALTERNATIVE_NAME) != null) {
        return List.of(); // the JDK sets aside an extension that it cannot read
      }
      boolean anyDnsName = false;
      if (alternatives != null) {
        for (List<?> alternative : alternatives) {
          if (Integer.valueOf(DNS_NAME).equals(alternative.get(0))) {
            anyDnsName = true;
            addIfName(names, String.valueOf(alternative.get(1)));
          }
        }
      }
      if (orCommonName && !anyDnsName) {
        addCommonName(names, certificate);
      }
    } catch (CertificateParsingException | NamingException e) {
      // Unreadable names are no names; the verdict says that the certificate is malformed.
      return List.of();
    }
    return List.copyOf(names);
  }

  /**
   * The same of a chain as presented, leaf first. Empty without a chain and for a leaf that cannot
   * be read: no names prove nothing.
   */
  public static List<String> ofLeaf(List<byte[]> chain) {
    return ofLeaf(chain, true);
  }

  /** {@link #dnsIds} of a chain as presented. */
  public static List<String> dnsIdsOfLeaf(List<byte[]> chain) {
    return ofLeaf(chain, false);
  }

  private static List<String> ofLeaf(List<byte[]> chain, boolean orCommonName) {
    if (chain.isEmpty()) {
      return List.of();
    }
    try {
      return names(X509.certificate(chain.getFirst()), orCommonName);
    } catch (CertificateException malformed) {
      return List.of();
    }
  }

  private static void addCommonName(Set<String> names, X509Certificate certificate)
      throws NamingException {
    List<Rdn> rdns = new LdapName(certificate.getSubjectX500Principal().getName()).getRdns();
    // LdapName counts from the right: the last one is the most specific.
    for (int i = rdns.size() - 1; i >= 0; i--) {
      Attribute commonName = rdns.get(i).toAttributes().get("CN");
      if (commonName != null) {
        if (commonName.get() instanceof String text) {
          addIfName(names, text);
        }
        return;
      }
    }
  }

  private static void addIfName(Set<String> names, String text) {
    if (!DomainNames.isAscii(text)) {
      return;
    }
    String name = DomainNames.normal(text);
    String domain = name.startsWith("*.") ? name.substring(2) : name;
    if (names.size() < MAX_NAMES
        && name.length() <= DomainNames.MAX_LENGTH
        && DomainNames.isDomain(domain)
        && !endsInNumber(domain)) {
      names.add(name);
    }
  }

  /** An address written as a name: no top-level domain is a number (RFC 1123 §2.1). */
  private static boolean endsInNumber(String domain) {
    return domain
        .substring(domain.lastIndexOf('.') + 1)
        .chars()
        .allMatch(c -> c >= '0' && c <= '9');
  }
}
