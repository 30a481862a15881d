package io.postern.certificate.revocation.store;

/** A receiver of the stores' events. Called by the threads that fetch: must not block. */
public interface StoreListener {
  /**
   * Something was fetched, or not.
   *
   * @param result "ok", "shared" when another replica had it already, or why it failed
   */
  void fetched(String result);

  /** A newer list or answer revokes a certificate that the last one had cleared; once each. */
  default void revoked(RevokedCertificate revoked) {}
}
