package io.postern.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** A certificate with its issuers, leaf first and without the root, and the leaf's private key. */
public record Identity(List<X509Certificate> chain, PrivateKey key) {
  public Identity {
    chain = List.copyOf(chain);
  }

  public static Identity load(Path certificatePem, Path keyPem) {
    try {
      return new Identity(Pem.certificates(certificatePem), Pem.key(keyPem));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (GeneralSecurityException broken) {
      throw new IllegalArgumentException(
          "%s or %s is not a PEM file of a certificate and its PKCS #8 key"
              .formatted(certificatePem, keyPem),
          broken);
    }
  }

  /** Reads the files of {@link #write}. */
  public static Identity load(Path folder, String name) {
    return load(folder.resolve(name + ".pem"), folder.resolve(name + ".key"));
  }

  public X509Certificate leaf() {
    return chain.getFirst();
  }

  /** The chain as it goes over the wire. */
  public List<byte[]> der() {
    try {
      List<byte[]> der = new ArrayList<>();
      for (X509Certificate certificate : chain) {
        der.add(certificate.getEncoded());
      }
      return der;
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** As a server presents it that was given no intermediate certificate. */
  public Identity withoutIssuers() {
    return new Identity(List.of(leaf()), key);
  }

  /** Writes {@code NAME.pem} (the chain) and {@code NAME.key} (PKCS #8, mode 0600). */
  public void write(Path folder, String name) {
    try {
      Files.createDirectories(folder);
      Pem.writeKey(folder.resolve(name + ".key"), key);
      Pem.write(folder.resolve(name + ".pem"), Pem.of(chain));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
