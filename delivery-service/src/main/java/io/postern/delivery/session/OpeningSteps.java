package io.postern.delivery.session;

import io.postern.contracts.v1.TlsFacts;
import io.postern.smtp.Capabilities;
import io.postern.smtp.Reply;

/**
 * The steps of an opening as they succeed, for whoever shows them; the one that fails ends the
 * opening. A handshake that is tried again begins with {@link #connected} anew. Called by the
 * opening's thread; times are of the step alone, in milliseconds.
 */
public interface OpeningSteps {
  OpeningSteps NONE = new OpeningSteps() {};

  default void connected(int millis) {}

  default void greeted(Reply greeting, int millis) {}

  /**
   * @param capabilities before the handshake, and again behind it
   */
  default void hello(Capabilities capabilities, int millis) {}

  default void startTls(Reply answer, int millis) {}

  default void handshake(TlsFacts facts, int millis) {}
}
