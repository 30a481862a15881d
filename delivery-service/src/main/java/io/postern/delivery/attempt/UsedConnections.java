package io.postern.delivery.attempt;

import io.postern.contracts.OutcomeConnections;
import io.postern.contracts.v1.OutcomeConnection;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The connections by which the recipients of an attempt were settled or put off. Sessions that show
 * the same facts count as one. Owner: the delivery's thread.
 */
final class UsedConnections {
  /**
   * At most, so that an outcome stays below the log's 1 MiB: each has some 40 KiB of evidence and
   * names at most. What is beyond them is said without a connection.
   */
  static final int MOST = 8;

  private record Used(ConnectionReport report, String token, OutcomeConnection.Builder recorded) {}

  private final List<Used> all = new ArrayList<>(1);

  /** False: what goes over it is for another attempt. */
  boolean hasRoomFor(ConnectionReport report, String token) {
    return all.size() < MOST || find(report, token, report.recorded(token)) >= 0;
  }

  /** The number by which recipients name it; a new one is listed. */
  int number(ConnectionReport report, String token) {
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).report() == report && all.get(i).token().equals(token)) {
        return i;
      }
    }
    OutcomeConnection.Builder recorded = report.recorded(token);
    int known = find(report, token, recorded);
    if (known >= 0) {
      return known;
    }
    if (all.size() < MOST) {
      all.add(new Used(report, token, recorded));
    } else if (all.size() == MOST) {
      all.add(new Used(ConnectionReport.NONE, token, ConnectionReport.NONE.recorded(token)));
    }
    return all.size() - 1;
  }

  private int find(ConnectionReport report, String token, OutcomeConnection.Builder recorded) {
    for (int i = 0; i < all.size(); i++) {
      Used used = all.get(i);
      if (used.report() == report && used.token().equals(token)
          || facts(used.recorded()).equals(facts(recorded))) {
        return i;
      }
    }
    return -1;
  }

  private static OutcomeConnection facts(OutcomeConnection.Builder recorded) {
    return recorded
        .clone()
        .clearConnectMillis()
        .clearTlsMillis()
        .clearVerdictMillis()
        .clearReused()
        .build();
  }

  /**
   * Puts the recipients into the outcome, with the connections that they name. The first stands in
   * the outcome's own fields, as all readers know them.
   *
   * @param reportedConnector in report-only mode, whose requirement hosts were compared with
   */
  void addTo(
      OutcomeRecorded.Builder outcome, List<RecipientOutcome> settled, String reportedConnector) {
    int[] numbers = new int[all.size()];
    settled.forEach(recipient -> numbers[recipient.getConnection()] = 1);
    int next = 0;
    for (int i = 0; i < numbers.length; i++) {
      if (numbers[i] != 0) {
        OutcomeConnection recorded = recorded(all.get(i));
        if (next == 0) {
          OutcomeConnections.own(outcome, recorded);
        } else {
          outcome.addOtherConnections(recorded);
        }
        if (all.get(i).report().reported() != null) {
          outcome.setReportedConnector(reportedConnector);
        }
        numbers[i] = next++;
      }
    }
    for (RecipientOutcome recipient : settled) {
      int number = numbers[recipient.getConnection()];
      outcome.addRecipients(
          number == recipient.getConnection()
              ? recipient
              : recipient.toBuilder().setConnection(number).build());
    }
  }

  private static OutcomeConnection recorded(Used used) {
    Supplier<String> reported = used.report().reported();
    if (reported != null) {
      used.recorded().setReportedToken(reported.get());
    }
    return used.recorded().build();
  }
}
