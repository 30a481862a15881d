package io.postern.ingress.session;

import io.postern.ingress.attribution.RecipientMemory;
import io.postern.ingress.intake.DataAdmission;

/** What a session asks about the server that it runs in. Thread-safe, cheap. */
public interface Load {
  /** Nearly all of something is taken: waiting clients get less time. */
  boolean stressed();

  /** The server stops: sessions that wait for a command end with 421. */
  boolean stopping();

  /** Memory is as scarce a thing as sessions, and needs fewer clients to be held. */
  record MemoryToo(Load server, DataAdmission messages, RecipientMemory recipients)
      implements Load {
    @Override
    public boolean stressed() {
      return server.stressed() || messages.scarce() || recipients.scarce();
    }

    @Override
    public boolean stopping() {
      return server.stopping();
    }
  }
}
