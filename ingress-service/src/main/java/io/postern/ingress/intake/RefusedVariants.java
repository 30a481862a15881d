package io.postern.ingress.intake;

import io.postern.contracts.v1.RefusedVariant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The facts by which the refusals of one count were decided, each with its own count, so that they
 * can be decided again (docs/decisions/0051). Bounds: {@value #MOST} variants and {@value #BYTES}
 * bytes; a refusal of any other variant is in the whole count alone. Its owner synchronizes.
 */
final class RefusedVariants {
  static final int MOST = 10;
  static final int BYTES = 1024;

  private final Map<RefusedVariant, Long> counts = new LinkedHashMap<>(2);
  private int bytes;

  /**
   * @param variant without its count
   */
  void add(RefusedVariant variant) {
    if (counts.computeIfPresent(variant, (same, count) -> count + 1) != null) {
      return;
    }
    int size = variant.getSerializedSize();
    if (counts.size() < MOST && bytes + size <= BYTES) {
      bytes += size;
      counts.put(variant, 1L);
    }
  }

  List<RefusedVariant> all() {
    return counts.entrySet().stream()
        .map(variant -> variant.getKey().toBuilder().setCount(variant.getValue()).build())
        .toList();
  }
}
