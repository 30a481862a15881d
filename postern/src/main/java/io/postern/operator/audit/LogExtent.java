package io.postern.operator.audit;

/**
 * Extent of one partition's log at a look. The positions were read before the ends, so that the
 * results of consumed records are in it: a recipient in motion is in two places, never in none
 * (unless an open transaction holds a record back).
 *
 * @param begins by {@link Topic}'s ordinal
 * @param ends exclusive, by {@link Topic}'s ordinal
 * @param horizonMillis the oldest time of which every topic still has its records; 0: all
 */
record LogExtent(Positions positions, long[] begins, long[] ends, long horizonMillis) {
  long begin(Topic topic) {
    return begins[topic.ordinal()];
  }

  long end(Topic topic) {
    return ends[topic.ordinal()];
  }
}
