package io.postern.delivery.tlsrpt;

/** The taker of results of sessions. Called from delivery threads; must not block or throw. */
@FunctionalInterface
public interface SessionResults {
  /** Nothing is counted. */
  SessionResults NONE = result -> {};

  void add(SessionResult result);
}
