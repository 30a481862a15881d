package io.postern.policy.whatif;

import java.util.List;

/**
 * The answer of a run. Names are the JSON's.
 *
 * @param directoryVersion with which the draft was compared
 * @param messages records of accepted mail that were read, of all organizations' for an operator
 * @param refusals records of refusals
 * @param decided recipients of the draft's organizations that were decided twice
 * @param differences most frequent first
 * @param cannotBeKnown recipients about whom nothing is said, by reason
 */
record WhatIfResult(
    long directoryVersion,
    String since,
    long messages,
    long refusals,
    long decided,
    List<Difference> differences,
    List<Unknown> cannotBeKnown,
    double seconds) {
  record Unknown(String reason, long count) {}
}
