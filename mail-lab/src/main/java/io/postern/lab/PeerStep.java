package io.postern.lab;

import io.postern.smtp.Reply;

/** What a {@link ScriptedPeer} does at a {@link PeerStage}. */
public sealed interface PeerStep {
  record Answer(Reply reply) implements PeerStep {}

  /** Does nothing until {@link ScriptedPeer#release()}, then goes on as usual. */
  record Hang() implements PeerStep {}

  /** Closes the connection without a word. */
  record Drop() implements PeerStep {}

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
