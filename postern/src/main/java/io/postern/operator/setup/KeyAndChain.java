package io.postern.operator.setup;

import io.postern.operator.pem.PemFile;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;

/** A private key, and its certificate with the issuers, leaf first and without the root. */
record KeyAndChain(PrivateKey key, List<X509Certificate> chain) {
  KeyAndChain {
    chain = List.copyOf(chain);
  }

  /** From {@code NAME.key} and {@code NAME.pem}. */
  static KeyAndChain read(Path folder, String name) throws IOException, GeneralSecurityException {
    return new KeyAndChain(
        PemFile.key(folder.resolve(name + ".key")),
        PemFile.certificates(folder.resolve(name + ".pem")));
  }

  X509Certificate leaf() {
    return chain.getFirst();
  }

  /** The key is the leaf's. */
  boolean matches() throws GeneralSecurityException {
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(key);
    signature.update(leaf().getEncoded());
    byte[] signed = signature.sign();
    signature.initVerify(leaf());
    signature.update(leaf().getEncoded());
    return signature.verify(signed);
  }

  void write(Path folder, String name) throws IOException, GeneralSecurityException {
    PemFile.writeSecret(folder.resolve(name + ".key"), PemFile.of(key));
    PemFile.write(folder.resolve(name + ".pem"), PemFile.of(chain));
  }
}
