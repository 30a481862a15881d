package io.postern.operator.audit;

/**
 * How much of one partition a look takes in. The positions were read before the ends, so that what
 * a group had consumed then is followed by what came of it: somebody in motion is seen in two
 * places, never in none (but for what an open transaction holds back).
 *
 * @param begins by {@link Topic}'s ordinal
 * @param ends exclusive, by {@link Topic}'s ordinal
 * @param horizonMillis the oldest time of which every topic still has its records; 0: all
 */
record Cut(Positions positions, long[] begins, long[] ends, long horizonMillis) {
  long begin(Topic topic) {
    return begins[topic.ordinal()];
  }

  long end(Topic topic) {
    return ends[topic.ordinal()];
  }
}
