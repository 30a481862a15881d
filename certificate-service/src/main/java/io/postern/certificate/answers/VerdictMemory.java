package io.postern.certificate.answers;

import io.postern.contracts.VerdictKey;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.CertificateVerdict;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Verdicts that are still valid, so that a question asked again costs nothing. A bounded number,
 * the ones not asked for longest go first; a verdict is about 2 KB. Any thread.
 */
final class VerdictMemory {
  private final Map<VerdictKey, CertificateVerdict> verdicts;

  VerdictMemory(int size) {
    verdicts =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1;

          @Override
          protected boolean removeEldestEntry(Map.Entry<VerdictKey, CertificateVerdict> eldest) {
            return size() > size;
          }
        };
  }

  synchronized void put(VerdictKey key, CertificateVerdict verdict) {
    verdicts.put(key, verdict);
  }

  /**
   * @param defaults the default set in force: a verdict by an earlier one is void
   */
  synchronized @Nullable CertificateVerdict get(
      VerdictKey key, AnchorSetReference defaults, long nowMillis) {
    CertificateVerdict verdict = verdicts.get(key);
    if (verdict == null) {
      return null;
    }
    boolean otherDefaults =
        verdict.getAnchors().getId().isEmpty() && !verdict.getAnchors().equals(defaults);
    if (verdict.getValidUntilMillis() <= nowMillis || otherDefaults) {
      verdicts.remove(key);
      return null;
    }
    return verdict;
  }
}
