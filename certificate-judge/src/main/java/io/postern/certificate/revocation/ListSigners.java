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
   * Whether a good way, revocation included, leads from it to the path's own anchor, and none of it
   * depends on {@code about}: who is asked about clears nobody that clears him. May block as long
   * as the revocation check may.
   *
   * @param about whose revocation the list is to tell
   * @return what that rests on; null: none does
   */
  @Nullable Backing trusted(ParsedCertificate signer, ParsedCertificate about)
      throws InterruptedException;
}
