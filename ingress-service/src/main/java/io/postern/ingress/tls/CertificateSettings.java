package io.postern.ingress.tls;

import io.postern.ingress.tls.TlsFileSettings.NamedCertificate;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The check of the settings that name certificates: a ConfigurationException has one sentence with
 * the key and the cure. Stateless.
 */
final class CertificateSettings {
  /** The name of the certificate of {@code postern.tls.certificate}. */
  static final String FIRST = "default";

  static final int MOST = 10;

  private CertificateSettings() {}

  /** That of {@code postern.tls.certificate} first, then the named ones by their names. */
  static List<CertificateFiles> of(TlsFileSettings settings) {
    List<CertificateFiles> all = new ArrayList<>();
    Map<String, NamedCertificate> named = new TreeMap<>(settings.certificates());
    if (named.isEmpty() || settings.certificate().isPresent() || settings.key().isPresent()) {
      all.add(
          pem(
              "postern.tls.",
              FIRST,
              settings.certificate(),
              settings.key(),
              settings.keyPasswordFile()));
    }
    named.forEach((name, files) -> all.add(of(name, files)));
    if (all.size() > MOST) {
      throw new ConfigurationException(
          "postern.tls.certificates has too many: keep " + MOST + " certificates in total");
    }
    return all;
  }

  private static CertificateFiles of(String name, NamedCertificate files) {
    String prefix = "postern.tls.certificates." + name + ".";
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9_-]{0,39}") || name.equals(FIRST)) {
      throw new ConfigurationException(
          prefix
              + "*: the name of a certificate has 1 to 40 letters, digits, hyphens and underscores, and is not "
              + FIRST);
    }
    if (files.pkcs12().isEmpty()) {
      return pem(prefix, name, files.certificate(), files.key(), files.keyPasswordFile());
    }
    if (files.certificate().isPresent() || files.key().isPresent()) {
      throw new ConfigurationException(
          prefix
              + "pkcs12 contains the certificate and its key: remove "
              + prefix
              + "certificate and key");
    }
    return new CertificateFiles(
        name,
        file(prefix + "pkcs12", files.pkcs12(), "the PKCS#12 file"),
        Optional.empty(),
        Optional.of(
            file(
                prefix + "pkcs12-password-file",
                files.pkcs12PasswordFile(),
                "the file with its password")));
  }

  private static CertificateFiles pem(
      String prefix,
      String name,
      Optional<String> certificate,
      Optional<String> key,
      Optional<String> password) {
    return new CertificateFiles(
        name,
        file(
            prefix + "certificate",
            certificate,
            "the PEM file with the server's certificate chain"),
        Optional.of(file(prefix + "key", key, "the PEM file with the certificate's private key")),
        password.map(
            named ->
                file(
                    prefix + "key-password-file",
                    Optional.of(named),
                    "the file with the password of the key")));
  }

  static Path file(String key, Optional<String> value, String content) {
    if (value.isEmpty() || value.get().isBlank()) {
      throw new ConfigurationException(key + " is missing: name " + content);
    }
    Path file = Path.of(value.get());
    if (!Files.isReadable(file)) {
      throw new ConfigurationException(
          key + " names " + file + ", which cannot be read: name " + content);
    }
    return file;
  }
}
