package io.postern.console.fold;

import io.postern.console.LaterTables;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.ExtendWith;

/** The fold of this version writes tables that a later one has extended. */
class OnLaterTablesTest {
  @Nested
  @ExtendWith(LaterTables.class)
  class Folding extends FoldTest {
    @Override
    int schedules() {
      return 3;
    }
  }

  @Nested
  @ExtendWith(LaterTables.class)
  class Keeping extends RetentionTest {}

  @Nested
  @ExtendWith(LaterTables.class)
  class ReadingTheDirectory extends DirectoryAgainTest {}
}
