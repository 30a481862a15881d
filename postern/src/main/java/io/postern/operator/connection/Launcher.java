package io.postern.operator.connection;

import java.util.Optional;
import java.util.Properties;

/**
 * The launcher of a stack on this machine, in the file that it wrote: the file counts while the
 * launcher lives. By its start time it differs from another process with its pid.
 */
public final class Launcher {
  private static final String PID = "pid";
  private static final String STARTED = "started";

  private Launcher() {}

  /** Adds this process to the file. */
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
