package io.postern.lab;

/**
 * The behaviour of a {@link ScriptedPeer} wherever its script has no step. A session's thread asks
 * for it at each stage; it must be thread-safe.
 */
@FunctionalInterface
public interface PeerManner {
  /** A good server. */
  PeerManner GOOD = stage -> PeerStep.goOn();

  PeerStep at(PeerStage stage);
}
