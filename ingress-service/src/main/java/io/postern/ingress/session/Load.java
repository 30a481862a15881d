package io.postern.ingress.session;

import io.postern.ingress.bounds.Memory;

/** The load of the server that a session runs in. Thread-safe, cheap. */
public interface Load {
  /** Nearly all of something is taken: waiting clients get less time. */
  boolean stressed();

  /** The server stops: sessions that wait for a command end with 421. */
  boolean stopping();

  /** Memory is as scarce as sessions, and fewer clients can hold all of it. */
  record WithMemory(Load server, Memory memory) implements Load {
    @Override
    public boolean stressed() {
      return server.stressed() || memory.scarce();
    }

    @Override
    public boolean stopping() {
      return server.stopping();
    }
  }
}
