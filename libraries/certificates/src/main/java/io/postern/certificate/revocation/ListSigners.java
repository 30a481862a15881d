package io.postern.certificate.revocation;

import io.postern.certificate.ParsedCertificate;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * The certificates at hand that may have signed lists about those of one path: a list may be signed
 * by another key of the issuer's name, or by a list issuer of its own (RFC 5280 §5.2.5, §6.3.3
 * (f)). Any thread.
 */
public interface ListSigners {
  /** Those with this subject, the path's own first; trusted or not. Few. */
  List<ParsedCertificate> named(X500Principal name);

  /**
   * Whether a good path, revocation included, leads from the signer to the path's own anchor, and
   * no certificate of it depends on {@code about}: no certificate clears the one that clears it.
   * May block as long as the revocation check may.
   *
   * @param about the certificate whose revocation the list is asked for
   * @return the evidence for the signer; null: no such path
   */
  @Nullable SignerTrust trusted(ParsedCertificate signer, ParsedCertificate about)
      throws InterruptedException;
}
