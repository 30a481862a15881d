package io.postern.console.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Rows of one table, collected and then inserted by one statement, whatever their number. The
 * statement is the same each time, so that the database plans it once.
 *
 * <p>Owner: one thread. The caller bounds the number of rows.
 */
public final class Rows {
  /** A column and its type in SQL: int, bigint, text, bytea, boolean or inet. */
  public record Column(String name, String type) {
    private String arrayType() {
      return type.equals("inet") ? "text" : type;
    }

    private String value() {
      return type.equals("inet") ? name + "::inet" : name;
    }
  }

  private final List<Column> columns;
  private final String sql;
  private final List<@Nullable Object[]> rows = new ArrayList<>();

  /**
   * @param columns such as {@code "day int, queue_id text"}
   * @param conflict the statement's end, such as {@code "ON CONFLICT DO NOTHING"}
   */
  public Rows(String table, String columns, String conflict) {
    this.columns =
        Arrays.stream(columns.split(",", -1))
            .map(String::strip)
            .map(c -> new Column(c.substring(0, c.indexOf(' ')), c.substring(c.indexOf(' ') + 1)))
            .toList();
    this.sql =
        "INSERT INTO "
            + table
            + " ("
            + joined(Column::name)
            + ") SELECT "
            + joined(Column::value)
            + " FROM unnest("
            + joined(c -> "?::" + c.arrayType() + "[]")
            + ") AS u("
            + joined(Column::name)
            + ") "
            + conflict;
  }

  private String joined(java.util.function.Function<Column, String> part) {
    return columns.stream().map(part).collect(Collectors.joining(", "));
  }

  /** A row, its values in the columns' order. */
  public void add(@Nullable Object... values) {
    if (values.length != columns.size()) {
      throw new IllegalArgumentException(columns.size() + " values, not " + values.length);
    }
    rows.add(values);
  }

  public int size() {
    return rows.size();
  }

  /** Inserts the rows, and forgets them. */
  public void write(Connection connection) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement insert = statement(connection)) {
      insert.executeUpdate();
    }
    rows.clear();
  }

  /** The same of a statement that ends with RETURNING and one column of text: its values. */
  public List<String> writeReturning(Connection connection) throws SQLException {
    List<String> values = new ArrayList<>();
    if (rows.isEmpty()) {
      return values;
    }
    try (PreparedStatement insert = statement(connection);
        ResultSet row = insert.executeQuery()) {
      while (row.next()) {
        values.add(row.getString(1));
      }
    }
    rows.clear();
    return values;
  }

  private PreparedStatement statement(Connection connection) throws SQLException {
    PreparedStatement insert = connection.prepareStatement(sql);
    for (int i = 0; i < columns.size(); i++) {
      insert.setArray(i + 1, connection.createArrayOf(columns.get(i).arrayType(), column(i)));
    }
    return insert;
  }

  /** Forgets the rows. */
  public void clear() {
    rows.clear();
  }

  private @Nullable Object[] column(int index) {
    // The driver sends arrays of these types in binary.
    @Nullable Object[] values =
        switch (columns.get(index).type()) {
          case "int" -> new Integer[rows.size()];
          case "bigint" -> new Long[rows.size()];
          case "bytea" -> new byte[rows.size()][];
          case "boolean" -> new Boolean[rows.size()];
          default -> new String[rows.size()];
        };
    for (int row = 0; row < values.length; row++) {
      values[row] = rows.get(row)[index];
    }
    return values;
  }
}
