package io.postern.ingress.intake;

import io.postern.ingress.source.Source;
import java.util.HashMap;
import java.util.Map;

/**
 * The chains that may be recorded in an hour: in number, in bytes, and of one source. The sources
 * of an hour are no more than its chains. Its owner synchronizes.
 */
final class ChainBudget {
  private static final long HOUR_NANOS = 3_600_000_000_000L;

  private final int most;
  private final long mostBytes;
  private final int mostOfSource;
  private final Map<Source, Integer> sources = new HashMap<>();
  private long began;
  private int taken;
  private long bytes;

  ChainBudget(int most, long mostBytes, int mostOfSource, long nowNanos) {
    this.most = most;
    this.mostBytes = mostBytes;
    this.mostOfSource = mostOfSource;
    this.began = nowNanos;
  }

  /** False: there is no room in the hour under way. */
  boolean take(Source source, int size, long nowNanos) {
    if (nowNanos - began >= HOUR_NANOS) {
      began = nowNanos;
      taken = 0;
      bytes = 0;
      sources.clear();
    }
    int of = sources.getOrDefault(source, 0);
    if (taken >= most || bytes + size > mostBytes || of >= mostOfSource) {
      return false;
    }
    taken++;
    bytes += size;
    sources.put(source, of + 1);
    return true;
  }
}
