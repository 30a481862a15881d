package io.postern.operator.setup;

import io.postern.operator.pem.PemFile;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One holder's folder: {@code keys.pem} with private key and chain, as Kafka reads it, or, for
 * SMTP, {@code key.pem} and {@code certificate.pem}; and {@code authority.pem}, the trusted root.
 * Only the owner reads a private key, from its file's first byte on; a file appears whole or not at
 * all, so that a running reader never sees half of one.
 *
 * @param both key and chain in one file
 */
record KeyFolder(Path folder, boolean both) {
  static final String AUTHORITY = "authority.pem";

  private static final int DNS_NAME = 2; // RFC 5280 §4.2.1.6

  /** The leaf, where there are its key and a chain that this root's holder issued. */
  Optional<X509Certificate> leaf(X509Certificate root) {
    try {
      List<X509Certificate> chain = PemFile.certificates(chainFile());
      boolean whole =
          chain.size() == 2
              && new KeyAndChain(PemFile.key(keyFile()), chain).matches()
              && PemFile.certificates(authorityFile()).equals(List.of(root));
      if (!whole) {
        return Optional.empty();
      }
      chain.get(1).verify(root.getPublicKey());
      chain.get(0).verify(chain.get(1).getPublicKey());
      return Optional.of(chain.getFirst());
    } catch (IOException | GeneralSecurityException | IllegalArgumentException broken) {
      return Optional.empty(); // it is made anew, and reported
    }
  }

  /** The root that is trusted here. */
  Optional<X509Certificate> trusted() {
    try {
      return PemFile.certificates(authorityFile()).stream().findFirst();
    } catch (IOException | GeneralSecurityException missing) {
      return Optional.empty();
    }
  }

  /** DNS names of a certificate. */
  static Set<String> names(X509Certificate leaf) {
    try {
      Collection<List<?>> names = leaf.getSubjectAlternativeNames();
      return names == null
          ? Set.of()
          : names.stream()
              .filter(name -> name.getFirst().equals(DNS_NAME))
              .map(name -> String.valueOf(name.get(1)))
              .collect(Collectors.toSet());
    } catch (CertificateParsingException unreadable) {
      return Set.of();
    }
  }

  static boolean holds(X509Certificate certificate, Instant from, Instant until) {
    return !from.isBefore(certificate.getNotBefore().toInstant())
        && !certificate.getNotAfter().toInstant().isBefore(until);
  }

  void write(KeyAndChain identity, X509Certificate root)
      throws IOException, GeneralSecurityException {
    String key = PemFile.of(identity.key());
    String chain = PemFile.of(identity.chain());
    PemFile.write(authorityFile(), PemFile.of(List.of(root)));
    if (both) {
      PemFile.writeSecret(keyFile(), key + chain);
    } else {
      PemFile.writeSecret(keyFile(), key);
      PemFile.write(chainFile(), chain);
    }
  }

  private Path keyFile() {
    return folder.resolve(both ? "keys.pem" : "key.pem");
  }

  private Path chainFile() {
    return folder.resolve(both ? "keys.pem" : "certificate.pem");
  }

  private Path authorityFile() {
    return folder.resolve(AUTHORITY);
  }
}
