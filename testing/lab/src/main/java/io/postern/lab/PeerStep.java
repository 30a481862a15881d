package io.postern.lab;

import io.postern.smtp.Reply;
import java.time.Duration;

/** The act of a {@link ScriptedPeer} at a {@link PeerStage}. */
public sealed interface PeerStep {
  /** As a good server does. */
  record GoOn() implements PeerStep {}

  /** As a good server does, after a while. */
  record GoOnAfter(Duration time) implements PeerStep {}

  record Answer(Reply reply) implements PeerStep {}

  /** Does nothing until {@link ScriptedPeer#release()}, then goes on as usual. */
  record Hang() implements PeerStep {}

  /** Closes the connection without a word. */
  record Drop() implements PeerStep {}

  /** At the end of data: takes the message, and closes without its reply. Elsewhere as Drop. */
  record TakeAndDrop() implements PeerStep {}

  static PeerStep goOn() {
    return new GoOn();
  }

  static PeerStep answer(int code, String enhanced, String... lines) {
    return new Answer(Reply.of(code, enhanced, lines));
  }

  static PeerStep hang() {
    return new Hang();
  }

  static PeerStep drop() {
    return new Drop();
  }
}
