package io.postern.console.web.frame;

import io.postern.api.Caller;
import io.postern.api.ProblemException;
import io.postern.console.sight.Sight;
import io.postern.console.store.ReadModel;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The organizations that a filter offers its reader, from the read model: a page of mail needs no
 * other service. Any thread that may block.
 */
@Singleton
class Organizations {
  private static final int MOST = 500;
  private static final String KEYS = "organization/"; // as DirectoryKeys has them
  private static final String BEHIND = "organization0";

  private final ReadModel model;
  private final Caller caller;

  Organizations(ReadModel model, Caller caller) {
    this.model = model;
    this.caller = caller;
  }

  /** Their ids in order; empty: there are more than 500, or they cannot be read now. */
  List<String> seen() {
    Sight sight = Sight.of(caller);
    try {
      List<String> ids =
          sight.isLimited()
              ? Arrays.stream(sight.names()).sorted().toList()
              : model.use(Organizations::all);
      return ids.size() > MOST ? List.of() : ids;
    } catch (ProblemException e) {
      return List.of(); // the id is typed then
    }
  }

  private static List<String> all(Connection connection) throws SQLException {
    String sql =
        "SELECT object_key FROM directory_object WHERE object_key >= ? AND object_key < ?"
            + " AND NOT removed ORDER BY object_key LIMIT ?";
    List<String> ids = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setString(1, KEYS);
      select.setString(2, BEHIND);
      select.setInt(3, MOST + 1);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          ids.add(row.getString(1).substring(KEYS.length()));
        }
      }
    }
    return ids;
  }
}
