package io.postern.check;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.ParsedCertificate.Signature;
import io.postern.certificate.revocation.ListSigners;
import io.postern.certificate.revocation.SignerTrust;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * The possible signers of lists about the certificates of a chain: those above the certificate, and
 * those that one of these has issued. The chain's verdict looks at them more closely. Immutable,
 * any thread.
 */
record ChainSigners(ChainAtHand chain) implements ListSigners {
  @Override
  public List<ParsedCertificate> named(X500Principal name) {
    return chain.all().stream().filter(c -> c.subject().equals(name)).toList();
  }

  @Override
  public @Nullable SignerTrust trusted(ParsedCertificate signer, ParsedCertificate about) {
    int from = chain.below().indexOf(about);
    for (int i = Math.max(0, from); i < chain.below().size(); i++) {
      ParsedCertificate above = chain.issuerOf(i);
      if (above != null
          && (above.equals(signer)
              || (signer.issuer().equals(above.subject())
                  && signer.signedBy(above) == Signature.GOOD))) {
        return SignerTrust.OF_THE_PATH;
      }
    }
    return null;
  }
}
