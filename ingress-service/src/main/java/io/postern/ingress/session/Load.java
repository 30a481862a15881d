package io.postern.ingress.session;

/** What a session asks about the server that it runs in. Thread-safe, cheap. */
public interface Load {
  /** Nearly all sessions are taken: waiting clients get less time. */
  boolean stressed();

  /** The server stops: sessions that wait for a command end with 421. */
  boolean stopping();
}
