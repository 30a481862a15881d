package io.postern.operator.audit;

import java.util.Map;
import java.util.TreeMap;

/** Tallies by organization, mail and DSNs apart. One thread. */
final class Tallies {
  private final Map<String, Tally> mail = new TreeMap<>();
  private final Map<String, Tally> dsns = new TreeMap<>();

  Tally of(String organization, boolean dsn) {
    return (dsn ? dsns : mail).computeIfAbsent(organization, o -> new Tally());
  }

  Map<String, Tally> mail() {
    return mail;
  }

  Map<String, Tally> dsns() {
    return dsns;
  }

  void add(Tallies other) {
    other.mail.forEach((organization, tally) -> of(organization, false).add(tally));
    other.dsns.forEach((organization, tally) -> of(organization, true).add(tally));
  }

  static Tally sum(Map<String, Tally> all) {
    Tally sum = new Tally();
    all.values().forEach(sum::add);
    return sum;
  }
}
