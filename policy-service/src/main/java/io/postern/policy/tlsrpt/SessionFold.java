package io.postern.policy.tlsrpt;

import static java.util.Objects.requireNonNull;

import io.postern.contracts.v1.TlsReportMade;
import io.postern.contracts.v1.TlsReportPosted;
import io.postern.contracts.v1.TlsSessionCounts;
import io.postern.contracts.v1.TlsSessionRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The state of one partition of {@code tls.sessions}, as its records give it in their order: the
 * sums of days without a report, and the reports that are still to be posted. A day that has its
 * TlsReportMade is done; counts behind it come too late. Pure; not thread-safe.
 *
 * <p>Bounded: {@value #MOST_OPEN} days of domains without a report in {@value #MOST_BYTES} bytes,
 * and the reports of four days. A domain takes part by publishing a record, and by having us send
 * mail to it; beyond the bounds further domains get no report.
 */
final class SessionFold {
  static final int MOST_OPEN = 10_000;
  static final int MOST_BYTES = 8 << 20;

  private static final int REMEMBERED_DAYS = 4;

  /**
   * A report that is to be posted to an address.
   *
   * @param offset of its TlsReportMade
   * @param madeMillis when that was written
   */
  record Post(DomainDay subject, String address, long offset, long madeMillis) {}

  private final Map<DomainDay, SessionTally> open = new HashMap<>();
  private final Set<DomainDay> made = new HashSet<>();
  private final Map<DomainDay, List<Post>> posts = new HashMap<>();
  private int newestDay;
  private int bytes; // of `open`

  /** What became of a record. */
  enum Taken {
    COUNTED,
    /** It says of a report that it was made or posted. */
    NOTED,
    /** The day has its report. */
    LATE,
    NO_ROOM,
    /** Of a newer version. */
    UNKNOWN
  }

  Taken take(TlsSessionRecord record, long offset, long timestampMillis) {
    return switch (record.getRecordCase()) {
      case COUNTS -> counted(record.getCounts());
      case MADE -> {
        made(record.getMade(), offset, timestampMillis);
        yield Taken.NOTED;
      }
      case POSTED -> {
        posted(record.getPosted());
        yield Taken.NOTED;
      }
      case RECORD_NOT_SET -> Taken.UNKNOWN;
    };
  }

  private Taken counted(TlsSessionCounts counts) {
    DomainDay subject = new DomainDay(counts.getDomain(), counts.getDay());
    if (made.contains(subject)) {
      return Taken.LATE;
    }
    SessionTally tally = open.get(subject);
    if (tally == null) {
      if (open.size() >= MOST_OPEN || bytes >= MOST_BYTES) {
        return Taken.NO_ROOM;
      }
      tally = new SessionTally();
      open.put(subject, tally);
      bytes += tally.bytes();
    }
    int before = tally.bytes();
    tally.add(counts);
    bytes += tally.bytes() - before;
    return Taken.COUNTED;
  }

  private void made(TlsReportMade report, long offset, long timestampMillis) {
    DomainDay subject = new DomainDay(report.getDomain(), report.getDay());
    if (!made.add(subject)) {
      return; // the first one counts
    }
    SessionTally tally = open.remove(subject);
    bytes -= tally == null ? 0 : tally.bytes();
    if (report.getPostToCount() > 0) {
      List<Post> pending = new ArrayList<>();
      for (String address : report.getPostToList()) {
        pending.add(new Post(subject, address, offset, timestampMillis));
      }
      posts.put(subject, pending);
    }
    if (subject.day() > newestDay) {
      newestDay = subject.day();
      made.removeIf(old -> old.day() < newestDay - REMEMBERED_DAYS);
    }
  }

  private void posted(TlsReportPosted post) {
    DomainDay subject = new DomainDay(post.getDomain(), post.getDay());
    List<Post> pending = posts.get(subject);
    if (pending != null) {
      pending.removeIf(open -> open.address().equals(post.getPostTo()));
      if (pending.isEmpty()) {
        posts.remove(subject);
      }
    }
  }

  /**
   * Those whose report is to be made now.
   *
   * @param written theirs is in the log, and its record was not taken yet
   */
  List<DomainDay> due(long nowMillis, Set<DomainDay> written, int most) {
    return open.keySet().stream()
        .filter(subject -> !written.contains(subject))
        .filter(subject -> subject.endMillis() <= nowMillis && subject.dueMillis() <= nowMillis)
        .limit(most)
        .toList();
  }

  /** Drops days whose report would be wrong by now. */
  int dropTooOld(long nowMillis) {
    int before = open.size();
    open.keySet().removeIf(subject -> subject.tooOld(nowMillis));
    bytes = open.values().stream().mapToInt(SessionTally::bytes).sum();
    return before - open.size();
  }

  /** Of one that is {@link #due}. */
  SessionTally tally(DomainDay subject) {
    return requireNonNull(open.get(subject));
  }

  /** Reports to be posted, each to one address. */
  List<Post> posts() {
    return posts.values().stream().flatMap(List::stream).toList();
  }
}
