package io.postern.policy.whatif;

import java.util.List;

/**
 * The answer of a run. Names are the JSON's.
 *
 * @param directoryVersion with which the draft was compared
 * @param messages records of accepted mail with a recipient of the draft's organizations
 * @param refusals records of refusals with one
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
