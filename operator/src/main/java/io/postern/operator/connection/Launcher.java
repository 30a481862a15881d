package io.postern.operator.connection;

import java.util.Optional;
import java.util.Properties;

/**
 * The launcher of a stack on this machine, as it wrote itself down: what it wrote counts while it
 * lives. The start time tells it from another use of its pid.
 */
public final class Launcher {
  private static final String PID = "pid";
  private static final String STARTED = "started";

  private Launcher() {}

  /** Writes this process down. */
  public static void describe(Properties written) {
    ProcessHandle own = ProcessHandle.current();
    written.setProperty(PID, Long.toString(own.pid()));
    written.setProperty(STARTED, started(own));
  }

  static boolean isIn(Properties written) {
    return written.containsKey(PID);
  }

  /** Empty: it has ended. */
  public static Optional<ProcessHandle> in(Properties written) {
    return ProcessHandle.of(Long.parseLong(written.getProperty(PID, "-1")))
        .filter(ProcessHandle::isAlive)
        .filter(process -> started(process).equals(written.getProperty(STARTED)));
  }

  private static String started(ProcessHandle process) {
    return process.info().startInstant().map(Object::toString).orElse("");
  }
}
