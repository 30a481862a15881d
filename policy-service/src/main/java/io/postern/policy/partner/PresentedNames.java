package io.postern.policy.partner;

import com.google.protobuf.ByteString;
import io.postern.contracts.v1.PresentedChain;
import io.postern.names.CertificateNames;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The names of clients' certificates by their chains' fingerprints, from certificate.presented:
 * refusals name the fingerprint alone. The {@value #MOST} that came last, since strangers make
 * them; the names of older ones are not known. Of a certificate the first {@value #MOST_NAMES}: so
 * many may not be all. Owner: one thread.
 */
final class PresentedNames {
  static final int MOST = 5_000;
  static final int MOST_NAMES = 20;

  private final Map<ByteString, List<String>> names =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteString, List<String>> eldest) {
          return size() > MOST;
        }
      };

  void take(PresentedChain chain) {
    names.remove(chain.getFingerprint());
    names.put(
        chain.getFingerprint(),
        CertificateNames.ofLeaf(
                chain.getCertificatesList().stream().map(ByteString::toByteArray).toList())
            .stream()
            .limit(MOST_NAMES)
            .toList());
  }

  /** Null: the chain has not come. */
  @Nullable List<String> of(ByteString fingerprint) {
    return fingerprint.isEmpty() ? List.of() : names.get(fingerprint);
  }
}
