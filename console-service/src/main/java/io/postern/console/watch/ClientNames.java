package io.postern.console.watch;

import com.google.protobuf.ByteString;
import io.postern.console.fold.OtherRecords;
import io.postern.console.store.Days;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The names of clients' certificates by their chains' fingerprints, which records of refusals have.
 * Remembers those that it was asked for. One thread.
 */
final class ClientNames {
  static final int MOST = OtherRecords.MOST_NAMES; // so many may not be all
  private static final int DAYS = 2; // a replica records a chain once a day

  private final Connection connection;
  private final int firstDay;
  private final Map<ByteString, List<String>> names = new HashMap<>();

  /**
   * @param since of the first session, Unix milliseconds
   */
  ClientNames(Connection connection, long since) {
    this.connection = connection;
    this.firstDay = Days.of(since) - DAYS;
  }

  /** Empty: there is no chain, or it was not recorded. */
  List<String> of(ByteString chain) throws SQLException {
    if (chain.isEmpty()) {
      return List.of();
    }
    List<String> known = names.get(chain);
    if (known == null) {
      known = read(chain);
      names.put(chain, known);
    }
    return known;
  }

  private List<String> read(ByteString chain) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT names FROM client_names WHERE day >= ? AND chain = ? LIMIT 1")) {
      select.setInt(1, firstDay);
      select.setBytes(2, chain.toByteArray());
      try (ResultSet row = select.executeQuery()) {
        return row.next() && !row.getString(1).isEmpty()
            ? List.of(row.getString(1).split(" ", -1))
            : List.of();
      }
    }
  }
}
