package io.postern.certificate.judging;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.revocation.SignerTrust;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The memory of lists' signers in one judgement: each is judged once, and at most {@value #MOST} in
 * all; one more is not trusted, so that its list or answer decides nothing. Any thread of the
 * judgement.
 */
final class SignerMemo {
  static final int MOST = 24;

  /**
   * @param inQuestion the certificates that its path must not lead over
   * @param depth how many signers stand before it
   */
  record Key(
      ParsedCertificate signer,
      ParsedCertificate anchor,
      Set<ParsedCertificate> inQuestion,
      int depth) {}

  interface Judging {
    @Nullable SignerTrust judge() throws InterruptedException;
  }

  private final Map<Key, Optional<SignerTrust>> known = new HashMap<>();
  private int judged;

  /** Null: it is not trusted. Two threads that ask for the same at once may both judge. */
  @Nullable SignerTrust of(Key key, Judging judging) throws InterruptedException {
    synchronized (this) {
      Optional<SignerTrust> backing = known.get(key);
      if (backing != null) {
        return backing.orElse(null);
      }
      if (++judged > MOST) {
        return null;
      }
    }
    SignerTrust backing = judging.judge();
    synchronized (this) {
      known.put(key, Optional.ofNullable(backing));
    }
    return backing;
  }
}
