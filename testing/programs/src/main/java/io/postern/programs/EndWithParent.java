package io.postern.programs;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.Arrays;

/**
 * Runs another main class and ends its JVM when standard input reaches its end, which is when the
 * parent that holds the other side of the pipe closes it or dies.
 *
 * <p>The end is first a graceful {@link System#exit} (shutdown hooks run), then, 10 s later, a
 * halt. The class depends on the JDK only, so that it can stand on any class path. Its own thread
 * is a daemon: a program that returns from its main method ends as it would without.
 *
 * <p>Usage: {@code java … io.postern.programs.EndWithParent MAIN-CLASS [ARGUMENT…]}
 */
public final class EndWithParent {
  static final Duration GRACE = Duration.ofSeconds(10);

  /** As a shell says of a process ended by SIGTERM. */
  static final int EXIT_CODE = 143;

  private EndWithParent() {}

  public static void main(String[] args) throws Throwable {
    if (args.length == 0) {
      System.err.println("usage: EndWithParent MAIN-CLASS [ARGUMENT...]");
      System.exit(2);
    }
    Thread.ofPlatform().daemon().name("end-with-parent").start(EndWithParent::awaitEnd);
    Class<?> program = Class.forName(args[0]);
    try {
      program
          .getMethod("main", String[].class)
          .invoke(null, (Object) Arrays.copyOfRange(args, 1, args.length));
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause();
    }
  }

  private static void awaitEnd() {
    byte[] ignored = new byte[256];
    try {
      while (System.in.read(ignored) >= 0) {}
    } catch (IOException broken) {
      System.err.println("standard input is broken, taken as the parent's end: " + broken);
    }
    // Hooks may hang, so the halt must not depend on them; this thread runs on during shutdown.
    Thread.ofPlatform().daemon().name("end-with-parent-exit").start(() -> System.exit(EXIT_CODE));
    try {
      Thread.sleep(GRACE);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(EXIT_CODE);
  }
}
