package io.postern.console.fold;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jboss.logging.Logger;

/**
 * The number of the fold that wrote last, in the database: replicas of two versions of this service
 * may write in turn. Stateless.
 */
final class LastFold {
  private static final Logger LOG = Logger.getLogger(LastFold.class);
  private static final String BY = "console-service";

  private LastFold() {}

  /**
   * The fold with this number writes from now on. What a lower one wrote is read again by it: a
   * rebuild is requested. In a database that is new, none has written. In the caller's transaction.
   */
  static void follow(Connection connection, int number) throws SQLException {
    int before = before(connection, number);
    if (before == number) {
      return;
    }
    try (PreparedStatement update =
        connection.prepareStatement("UPDATE last_fold SET number = ? WHERE id = 1")) {
      update.setInt(1, number);
      update.executeUpdate();
    }
    if (before < number && hasWritten(connection)) {
      LOG.infof(
          "An earlier version of this service wrote the read model (fold %d, now %d): it is rebuilt",
          before, number);
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO rebuild (id, asked_for, by_whom) VALUES (1, ?, ?)"
                  + " ON CONFLICT DO NOTHING")) {
        insert.setLong(1, System.currentTimeMillis());
        insert.setString(2, BY);
        insert.executeUpdate();
      }
    }
  }

  private static boolean hasWritten(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT 1 FROM position LIMIT 1")) {
      return row.next();
    }
  }

  private static int before(Connection connection, int number) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT number FROM last_fold WHERE id = 1")) {
      return row.next() ? row.getInt(1) : number;
    }
  }
}
