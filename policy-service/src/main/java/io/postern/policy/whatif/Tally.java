package io.postern.policy.whatif;

import io.postern.policy.whatif.Difference.Sample;
import io.postern.policy.whatif.WhatIfResult.Unknown;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The counts of one run. Strangers make partner domains, by refused mail: beyond {@value #MOST}
 * groups those of a further domain are counted together, under "others". One thread.
 */
final class Tally {
  static final int MOST = 1_000;
  private static final int MOST_SAMPLES = 10;

  /** What differs, without the number of times. */
  record Group(
      String kind, String organization, String partner, String before, String after, String rule) {
    Group others() {
      return new Group(kind, organization, "others", before, after, rule);
    }
  }

  private static final class Count {
    private long count;
    private final List<Sample> samples = new ArrayList<>(1);
  }

  private final Map<Group, Count> groups = new LinkedHashMap<>();
  private final Map<String, Long> unknown = new HashMap<>();
  private long messages;
  private long refusals;
  private long decided;

  /** A record of accepted mail with a recipient that is counted. */
  void message() {
    messages++;
  }

  /** A record of refusals with a recipient that is counted. */
  void refusal() {
    refusals++;
  }

  void decided(long count) {
    decided += count;
  }

  void unknown(String reason, long count) {
    unknown.merge(reason, count, Long::sum);
  }

  void differs(Group group, long count, Sample sample) {
    Count its = groups.get(group);
    if (its == null) {
      its = groups.computeIfAbsent(groups.size() < MOST ? group : group.others(), g -> new Count());
    }
    its.count += count;
    if (its.samples.size() < MOST_SAMPLES) {
      its.samples.add(sample);
    }
  }

  long messages() {
    return messages;
  }

  long refusals() {
    return refusals;
  }

  long decided() {
    return decided;
  }

  List<Difference> differences() {
    return groups.entrySet().stream()
        .map(e -> difference(e.getKey(), e.getValue()))
        .sorted(Comparator.comparingLong(Difference::count).reversed())
        .toList();
  }

  private static Difference difference(Group group, Count count) {
    return new Difference(
        group.kind(),
        group.organization(),
        group.partner(),
        group.before(),
        group.after(),
        group.rule(),
        count.count,
        List.copyOf(count.samples));
  }

  List<Unknown> unknown() {
    return new TreeMap<>(unknown)
        .entrySet().stream().map(e -> new Unknown(e.getKey(), e.getValue())).toList();
  }
}
