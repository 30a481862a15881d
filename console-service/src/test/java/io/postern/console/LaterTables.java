package io.postern.console;

import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * For a class of tests: its databases have the tables of a later version, which has more columns,
 * tables and indexes, as they are while two versions run.
 */
public final class LaterTables implements BeforeAllCallback, AfterAllCallback {
  /** Folders with the migrations of the later version. */
  public static final List<String> MIGRATIONS = List.of("db/next");

  private static volatile boolean made;

  static boolean areMade() {
    return made;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    made = true;
  }

  @Override
  public void afterAll(ExtensionContext context) {
    made = false;
  }
}
