package io.postern.policy.whatif;

import com.google.protobuf.ByteString;
import io.postern.contracts.v1.PresentedChain;
import io.postern.names.CertificateNames;
import io.postern.rules.again.RecordedFacts;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The clients' chains of a run's days, and the names of their leaves, each read once. At most
 * {@link #MOST_BYTES} of them, the newest: strangers present chains too, and can push others' out;
 * mail whose chain is out cannot be known. One thread.
 */
final class PresentedChains implements RecordedFacts.Chains {
  static final long MOST_BYTES = 32L << 20;

  /** Beside the bytes of its certificates. */
  private static final int OVERHEAD = 300;

  private final Map<ByteString, PresentedChain> chains = new LinkedHashMap<>();
  private final Map<Leaf, List<String>> names = new HashMap<>();
  private long bytes;

  /** A leaf by its bytes: each look at a record makes a copy of the chain. */
  private record Leaf(ByteString der) {}

  void add(PresentedChain chain) {
    if (chains.containsKey(chain.getFingerprint())) {
      return;
    }
    chains.put(chain.getFingerprint(), chain);
    bytes += size(chain);
    var oldest = chains.entrySet().iterator();
    while (bytes > MOST_BYTES) {
      bytes -= size(oldest.next().getValue());
      oldest.remove();
    }
  }

  private static int size(PresentedChain chain) {
    return chain.getSerializedSize() + OVERHEAD;
  }

  @Override
  public @Nullable PresentedChain of(ByteString fingerprint) {
    return chains.get(fingerprint);
  }

  @Override
  public List<String> names(List<byte[]> chain) {
    if (chain.isEmpty()) {
      return List.of();
    }
    Leaf leaf = new Leaf(ByteString.copyFrom(chain.getFirst()));
    return names.computeIfAbsent(leaf, l -> CertificateNames.ofLeaf(chain));
  }
}
