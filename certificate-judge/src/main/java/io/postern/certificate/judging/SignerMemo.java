package io.postern.certificate.judging;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.revocation.Backing;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What was found out about lists' signers in one judgement: each is judged once, and at most
 * {@value #MOST} in all; one more is not trusted, so that what it would tell is unknown. Any thread
 * of the judgement.
 */
final class SignerMemo {
  static final int MOST = 24;

  /**
   * @param inQuestion whom its way must not lead over
   * @param depth how many signers stand before it
   */
  record Key(
      ParsedCertificate signer,
      ParsedCertificate anchor,
      Set<ParsedCertificate> inQuestion,
      int depth) {}

  interface Judging {
    @Nullable Backing judge() throws InterruptedException;
  }

  private final Map<Key, Optional<Backing>> known = new HashMap<>();
  private int judged;

  /** Null: it is not trusted. Two threads that ask for the same at once may both judge. */
  @Nullable Backing of(Key key, Judging judging) throws InterruptedException {
    synchronized (this) {
      Optional<Backing> backing = known.get(key);
      if (backing != null) {
        return backing.orElse(null);
      }
      if (++judged > MOST) {
        return null;
      }
    }
    Backing backing = judging.judge();
    synchronized (this) {
      known.put(key, Optional.ofNullable(backing));
    }
    return backing;
  }
}
