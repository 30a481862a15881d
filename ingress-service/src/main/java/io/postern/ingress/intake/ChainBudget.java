package io.postern.ingress.intake;

import io.postern.ingress.bounds.Level;
import io.postern.ingress.bounds.SourceBound;
import io.postern.ingress.source.Source;
import java.util.function.LongSupplier;

/**
 * The chains that may be recorded in an hour: in number, in bytes, and of one source. Its owner
 * synchronizes.
 */
final class ChainBudget {
  private static final String ALL = "all";

  private final Level<String> number;
  private final Level<String> bytes;
  private final Level<Source> sources;

  ChainBudget(int most, long mostBytes, int mostOfSource, LongSupplier nanos) {
    number = new Level<>(SourceBound.CHAINS, most, nanos);
    bytes = new Level<>(SourceBound.CHAINS, mostBytes, nanos);
    sources = new Level<>(SourceBound.CHAINS, mostOfSource, nanos);
  }

  /** False: there is no room now. */
  boolean take(Source source, int size) {
    if (!sources.take(source, 1)) {
      return false;
    }
    if (number.take(ALL, 1)) {
      if (bytes.take(ALL, size)) {
        return true;
      }
      number.giveBack(ALL, 1);
    }
    sources.giveBack(source, 1);
    return false;
  }
}
