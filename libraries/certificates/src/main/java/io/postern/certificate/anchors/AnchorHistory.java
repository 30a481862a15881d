package io.postern.certificate.anchors;

import com.google.protobuf.ByteString;
import io.postern.contracts.v1.RecordedAnchor;
import io.postern.contracts.v1.TrustBundle;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The recorded versions of the default set, and when each was in force. Two records of one version
 * are one: the times of both count, so that the earlier first time wins. Bounds: the newest {@value
 * #MOST_VERSIONS} versions of at most {@value #MOST_BYTES} bytes, and of each version's times the
 * first and the newest {@value #MOST_TIMES} - 1. Any thread.
 */
public final class AnchorHistory {
  static final int MOST_VERSIONS = 200;
  static final long MOST_BYTES = 8L << 20;
  static final int MOST_TIMES = 50;

  /**
   * One version from when it came in force until the next entry's time.
   *
   * @param bundle as recorded
   */
  public record Entry(Instant since, TrustBundle bundle) {}

  private final int mostVersions;
  private final long mostBytes;
  private final Map<String, TrustBundle> versions = new HashMap<>();
  private List<Entry> timeline = List.of();
  private long bytes;
  private boolean forgotten;

  public AnchorHistory() {
    this(MOST_VERSIONS, MOST_BYTES);
  }

  AnchorHistory(int mostVersions, long mostBytes) {
    this.mostVersions = mostVersions;
    this.mostBytes = mostBytes;
  }

  /**
   * Takes a record that was read.
   *
   * @return all facts about this version by now: more than the record's own, where another record
   *     of the same version had other times
   */
  public synchronized TrustBundle take(TrustBundle record) {
    if (record.getInForceMillisCount() == 0) {
      return record; // never in force
    }
    TrustBundle before = versions.get(record.getVersion());
    TrustBundle merged =
        before == null ? record : withTimes(record, times(before, record.getInForceMillisList()));
    versions.put(merged.getVersion(), merged);
    bytes += merged.getSerializedSize() - (before == null ? 0 : before.getSerializedSize());
    timeline = sorted();
    while (versions.size() > 1 && (versions.size() > mostVersions || bytes > mostBytes)) {
      forgetOldest();
    }
    return merged;
  }

  /**
   * The record to write when this bundle is in force now; null: it is recorded as the newest
   * already.
   *
   * @param bundle without times and differences
   */
  public synchronized @Nullable TrustBundle toRecord(TrustBundle bundle, Instant now) {
    Entry newest = timeline.isEmpty() ? null : timeline.getFirst();
    if (newest != null && newest.bundle().getVersion().equals(bundle.getVersion())) {
      return null;
    }
    // Clocks of replicas differ: the next version is later.
    long at = now.toEpochMilli();
    if (newest != null) {
      at = Math.max(at, newest.since().toEpochMilli() + 1);
    }
    TrustBundle known = versions.get(bundle.getVersion());
    if (known != null) {
      return withTimes(known, times(known, List.of(at)));
    }
    TrustBundle.Builder record = bundle.toBuilder().addInForceMillis(at);
    if (newest != null) {
      BundleDifference change = BundleDifference.between(newest.bundle(), bundle);
      record.setBefore(newest.bundle().getVersion());
      change.came().forEach(anchor -> record.addCame(anchor.getSha256()));
      change.went().forEach(anchor -> record.addWent(anchor.toBuilder().clearSources()));
    }
    return record.build();
  }

  /** Newest first; a version that came back stands in it again. */
  public synchronized List<Entry> timeline() {
    return timeline;
  }

  public synchronized Optional<TrustBundle> version(String version) {
    return Optional.ofNullable(versions.get(version));
  }

  /** Empty when one of the two is not known. */
  public synchronized Optional<BundleDifference> difference(String from, String to) {
    TrustBundle first = versions.get(from);
    TrustBundle second = versions.get(to);
    return first == null || second == null
        ? Optional.empty()
        : Optional.of(BundleDifference.between(first, second));
  }

  /**
   * The anchors that are meant and how long each was trusted the last time, newest runs first, for
   * a replica that has this version in force: later records of other replicas do not count. All
   * records count when the version is not recorded.
   */
  public List<AnchorRun> find(AnchorQuery query, String version) {
    List<Entry> all = timeline();
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).bundle().getVersion().equals(version)) {
        return runs(query, all.subList(i, all.size()));
      }
    }
    return runs(query, all);
  }

  private static List<AnchorRun> runs(AnchorQuery query, List<Entry> timeline) {
    Map<ByteString, AnchorRun> runs = new HashMap<>();
    for (int i = 0; i < timeline.size(); i++) {
      for (RecordedAnchor anchor : timeline.get(i).bundle().getAnchorsList()) {
        if (query.means(anchor) && !runs.containsKey(anchor.getSha256())) {
          runs.put(anchor.getSha256(), run(timeline, i, anchor));
        }
      }
    }
    return runs.values().stream()
        .sorted(
            Comparator.comparing((AnchorRun run) -> run.until() != null)
                .thenComparing(run -> run.anchor().getSubject())
                .thenComparing(
                    run -> run.anchor().getSha256(),
                    ByteString.unsignedLexicographicalComparator()))
        .toList();
  }

  // Of an anchor that the entry has and the newer one, if there is one, has not.
  private static AnchorRun run(List<Entry> timeline, int at, RecordedAnchor anchor) {
    int first = at;
    while (first + 1 < timeline.size()
        && timeline.get(first + 1).bundle().getAnchorsList().stream()
            .anyMatch(other -> other.getSha256().equals(anchor.getSha256()))) {
      first++;
    }
    TrustBundle bundle = timeline.get(at).bundle();
    return new AnchorRun(
        anchor,
        anchor.getSourcesList().stream()
            .filter(index -> index >= 0 && index < bundle.getSourcesCount())
            .map(bundle::getSources)
            .toList(),
        timeline.get(first).since(),
        timeline.get(first).bundle().getVersion(),
        first + 1 == timeline.size(),
        at == 0 ? null : timeline.get(at - 1).since());
  }

  /** True: there were versions that are not kept any more. */
  public synchronized boolean forgotten() {
    return forgotten;
  }

  private void forgetOldest() {
    String oldest = timeline.getLast().bundle().getVersion();
    // Its last time counts: a version that came back is in use.
    for (Entry entry : timeline.reversed()) {
      if (last(entry.bundle()) < last(versions.get(oldest))) {
        oldest = entry.bundle().getVersion();
      }
    }
    TrustBundle gone = versions.remove(oldest);
    bytes -= gone == null ? 0 : gone.getSerializedSize();
    forgotten = true;
    timeline = sorted();
  }

  private static long last(@Nullable TrustBundle bundle) {
    return bundle == null || bundle.getInForceMillisCount() == 0
        ? 0
        : bundle.getInForceMillis(bundle.getInForceMillisCount() - 1);
  }

  private List<Entry> sorted() {
    List<Entry> all = new ArrayList<>();
    versions
        .values()
        .forEach(
            bundle ->
                bundle
                    .getInForceMillisList()
                    .forEach(at -> all.add(new Entry(Instant.ofEpochMilli(at), bundle))));
    all.sort(
        Comparator.comparing(Entry::since).thenComparing(entry -> entry.bundle().getVersion()));
    List<Entry> entries = new ArrayList<>();
    String version = "";
    for (Entry entry : all) {
      // Two replicas that saw the same change: it came once, at the earlier time.
      if (!entry.bundle().getVersion().equals(version)) {
        entries.add(entry);
        version = entry.bundle().getVersion();
      }
    }
    return List.copyOf(entries.reversed());
  }

  private static TreeSet<Long> times(TrustBundle bundle, List<Long> more) {
    TreeSet<Long> times = new TreeSet<>(bundle.getInForceMillisList());
    times.addAll(more);
    return times;
  }

  private static TrustBundle withTimes(TrustBundle bundle, TreeSet<Long> times) {
    Long first = times.getFirst();
    while (times.size() > MOST_TIMES) {
      times.remove(times.higher(first));
    }
    return bundle.toBuilder().clearInForceMillis().addAllInForceMillis(times).build();
  }
}
