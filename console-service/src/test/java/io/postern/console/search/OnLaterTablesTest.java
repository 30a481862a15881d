package io.postern.console.search;

import io.postern.console.LaterTables;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.ExtendWith;

/** The searches of this version read tables that a later one has extended. */
class OnLaterTablesTest {
  @Nested
  @ExtendWith(LaterTables.class)
  class Organizations extends OrganizationsTest {}

  @Nested
  @ExtendWith(LaterTables.class)
  class Plans extends SearchPlansTest {}
}
