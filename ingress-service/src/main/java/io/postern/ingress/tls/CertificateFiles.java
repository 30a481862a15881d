package io.postern.ingress.tls;

import io.postern.transport.KeyMaterial;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The files of one certificate. Immutable.
 *
 * @param name in messages and metrics
 * @param certificate the chain as PEM, or a PKCS#12 file with its key
 * @param key PEM; empty: {@code certificate} is PKCS#12
 * @param password of the key or of the PKCS#12 file; empty: the key is not encrypted
 */
record CertificateFiles(
    String name, Path certificate, Optional<Path> key, Optional<Path> password) {

  /** Errors name the file and the cure. */
  KeyMaterial load() throws IOException, GeneralSecurityException {
    return key.isPresent()
        ? KeyMaterial.load(certificate, key.get(), password)
        : KeyMaterial.loadPkcs12(certificate, password.orElseThrow());
  }

  List<Path> files() {
    return Stream.of(Optional.of(certificate), key, password).flatMap(Optional::stream).toList();
  }

  /** The file with a key that no password protects; empty: there is none. */
  Optional<Path> plainKey() {
    return password.isPresent() ? Optional.empty() : key;
  }
}
