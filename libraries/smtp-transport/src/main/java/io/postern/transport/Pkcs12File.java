package io.postern.transport;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * A PKCS#12 file (RFC 7292) with one private key and its chain, under a password of a file. Its MAC
 * is checked: a file that is cut short or damaged is refused. Errors name the file and the cure.
 * Stateless.
 */
final class Pkcs12File {
  private Pkcs12File() {}

  static KeyMaterial read(Path file, Path passwordFile)
      throws IOException, GeneralSecurityException {
    byte[] octets = KeyMaterial.octets(file);
    char[] password = SecretFile.password(passwordFile);
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      load(store, octets, password, file, passwordFile);
      List<String> keys = new ArrayList<>();
      for (String alias : Collections.list(store.aliases())) {
        if (store.isKeyEntry(alias)) {
          keys.add(alias);
        }
      }
      if (keys.size() != 1
          || !(store.getKey(keys.getFirst(), password) instanceof PrivateKey key)) {
        throw new KeyException(
            file + " must hold one private key with its certificate: it has " + keys.size());
      }
      return new KeyMaterial(chain(file, store.getCertificateChain(keys.getFirst())), key);
    } finally {
      Arrays.fill(password, '\0');
    }
  }

  private static void load(
      KeyStore store, byte[] octets, char[] password, Path file, Path passwordFile)
      throws GeneralSecurityException {
    try {
      store.load(new ByteArrayInputStream(octets), password);
    } catch (IOException e) {
      throw new KeyException(
          e.getCause() instanceof UnrecoverableKeyException
              ? "the password in " + passwordFile + " is not that of " + file
              : file + " is not a PKCS#12 file, or damaged: export it again");
    }
  }

  private static List<X509Certificate> chain(Path file, Certificate[] certificates)
      throws CertificateException {
    List<X509Certificate> chain = new ArrayList<>();
    for (Certificate certificate : certificates) {
      chain.add((X509Certificate) certificate);
    }
    if (chain.isEmpty() || chain.size() > KeyMaterial.MAX_CHAIN) {
      throw new CertificateException(
          file + " must hold a chain of 1 to " + KeyMaterial.MAX_CHAIN + " certificates");
    }
    return chain;
  }
}
