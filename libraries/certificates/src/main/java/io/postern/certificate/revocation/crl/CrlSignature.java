package io.postern.certificate.revocation.crl;

import io.postern.certificate.Algorithms;
import io.postern.certificate.ParsedCertificate;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.bouncycastle.operator.ContentVerifier;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.RuntimeOperatorException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.jspecify.annotations.Nullable;

/**
 * The check that a list is by an issuer (RFC 5280 §6.3.3 (f), (g)): its name, its right to sign
 * lists, a strong algorithm, the signature. Stateless, any thread; a list of 20 MB costs some 50
 * ms.
 */
public final class CrlSignature {
  private static final int CRL_SIGN = 6;
  private static final int PIECE = 8192;

  private CrlSignature() {}

  /** Null: it is. */
  public static @Nullable String problem(Crl crl, ParsedCertificate issuer) {
    if (!crl.issuer().equals(issuer.subject())) {
      return "the list is by another issuer";
    }
    if (!issuer.mayBeUsedFor(CRL_SIGN)) {
      return "the issuer may not sign lists (keyUsage cRLSign)";
    }
    try {
      String weak = Algorithms.weakSignature(crl.algorithm());
      if (weak != null) {
        return "the list is " + weak;
      }
      ContentVerifier verifier =
          new JcaContentVerifierProviderBuilder().build(issuer.key()).get(crl.algorithm());
      write(crl.signedPart(), verifier.getOutputStream());
      return verifier.verify(crl.signature()) ? null : "the list's signature is not by the issuer";
    } catch (OperatorCreationException | RuntimeOperatorException | IOException e) {
      return "the list's signature cannot be checked";
    } catch (RuntimeException e) {
      // Hostile algorithm parameters reach the parser.
      return "the list's signature cannot be read";
    }
  }

  private static void write(ByteBuffer from, OutputStream to) throws IOException {
    byte[] piece = new byte[PIECE];
    while (from.hasRemaining()) {
      int size = Math.min(PIECE, from.remaining());
      from.get(piece, 0, size);
      to.write(piece, 0, size);
    }
  }
}
