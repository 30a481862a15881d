package io.postern.log.rules.model;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One partition of a topic: records, null where a transaction was aborted, and a visible end that
 * lags.
 */
final class Log<T> {
  private final List<@Nullable T> records = new ArrayList<>();
  private int visible;

  int append(@Nullable T value) {
    records.add(value);
    return records.size() - 1;
  }

  @Nullable T get(int offset) {
    return records.get(offset);
  }

  T at(int offset) {
    T value = records.get(offset);
    if (value == null) {
      throw new IllegalStateException("no record at " + offset);
    }
    return value;
  }

  int end() {
    return records.size();
  }

  int visible() {
    return visible;
  }

  void show(int upTo) {
    visible = Math.max(visible, upTo);
  }
}
