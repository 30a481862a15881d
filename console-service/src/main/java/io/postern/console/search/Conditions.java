package io.postern.console.search;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The conditions of a query, each with its values; no value stands in the SQL. Owner: one thread.
 */
public final class Conditions {
  private final List<String> conditions = new ArrayList<>();
  private final List<Object> values = new ArrayList<>();

  /** A condition with a question mark for each value: String, Long, Integer or String[]. */
  public Conditions and(String condition, Object... of) {
    conditions.add(condition);
    values.addAll(List.of(of));
    return this;
  }

  /** All of the others. */
  public Conditions and(Conditions others) {
    conditions.addAll(others.conditions);
    values.addAll(others.values);
    return this;
  }

  /** The same, unless the value is empty. */
  public Conditions given(String condition, String value) {
    return value.isEmpty() ? this : and(condition, value);
  }

  public String sql() {
    return conditions.isEmpty() ? "true" : String.join(" AND ", conditions);
  }

  /**
   * Sets the values.
   *
   * @param first index of the first one, from 1
   * @return the index behind the last one
   */
  public int set(PreparedStatement statement, int first) throws SQLException {
    int index = first;
    Connection connection = statement.getConnection();
    for (Object value : values) {
      if (value instanceof String[] texts) {
        statement.setArray(index++, connection.createArrayOf("text", texts));
      } else {
        statement.setObject(index++, value);
      }
    }
    return index;
  }
}
