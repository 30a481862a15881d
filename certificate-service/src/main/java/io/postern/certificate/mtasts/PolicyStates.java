package io.postern.certificate.mtasts;

import io.postern.certificate.fetch.ParentDomain;
import io.postern.contracts.v1.StsPolicyState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The states of domains. At most {@value #MOST} of {@value #MOST_BYTES} bytes, and a tenth of both
 * below one {@link ParentDomain}: one state too many pushes out one that has no policy, or else the
 * one that was asked for longest ago.
 *
 * <p>Strangers fill it, by domains of theirs to which bounces go, and our users by recipients. The
 * owner of one domain pushes out his own only. One of ten domains, with a certificate for each of
 * thousands of names, pushes out the policies of others: these are fetched again at their next use,
 * and until then whoever is on the way can hide them. Any thread.
 */
final class PolicyStates {
  static final int MOST = 10_000;
  static final long MOST_BYTES = 4L << 20;
  static final int PARENTS_PART = 10;

  private record Entry(String domain, StsPolicyState state) {
    int bytes() {
      return domain.length() + state.getSerializedSize();
    }

    boolean policy() {
      return !state.getId().isEmpty();
    }

    long millis() {
      return policy() ? state.getAskedMillis() : state.getFailure().getAtMillis();
    }
  }

  /** In the order in which they go. */
  private static final class Share {
    final TreeSet<Entry> entries =
        new TreeSet<>(
            Comparator.comparing(Entry::policy)
                .thenComparingLong(Entry::millis)
                .thenComparing(Entry::domain));
    long bytes;

    void add(Entry entry) {
      entries.add(entry);
      bytes += entry.bytes();
    }

    void remove(Entry entry) {
      entries.remove(entry);
      bytes -= entry.bytes();
    }

    boolean over(int most, long mostBytes) {
      return entries.size() > most || bytes > mostBytes;
    }
  }

  private final Map<String, Entry> byDomain = new HashMap<>();
  private final Map<String, Share> byParent = new HashMap<>();
  private final Share all = new Share();

  /** The domains that had to go for it. */
  synchronized List<String> put(StsPolicyState state) {
    String domain = state.getDomain();
    remove(domain);
    Entry entry = new Entry(domain, state);
    byDomain.put(domain, entry);
    all.add(entry);
    Share parent = byParent.computeIfAbsent(ParentDomain.of(domain), _ -> new Share());
    parent.add(entry);
    List<String> gone = new ArrayList<>();
    while (parent.over(MOST / PARENTS_PART, MOST_BYTES / PARENTS_PART)) {
      gone.add(removeFirst(parent));
    }
    while (all.over(MOST, MOST_BYTES)) {
      gone.add(removeFirst(all));
    }
    return gone;
  }

  private String removeFirst(Share share) {
    String domain = share.entries.first().domain();
    remove(domain);
    return domain;
  }

  synchronized void remove(String domain) {
    Entry entry = byDomain.remove(domain);
    if (entry != null) {
      all.remove(entry);
      byParent.computeIfPresent(
          ParentDomain.of(domain),
          (_, share) -> {
            share.remove(entry);
            return share.entries.isEmpty() ? null : share;
          });
    }
  }

  synchronized @Nullable StsPolicyState get(String domain) {
    Entry entry = byDomain.get(domain);
    return entry == null ? null : entry.state();
  }

  synchronized List<StsPolicyState> all() {
    return byDomain.values().stream().map(Entry::state).toList();
  }
}
