package io.postern.certificate.revocation;

/** A judgement must wait for a fetch, and as many judgements wait as may. */
public final class PauseRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  PauseRefusedException() {
    super("too many judgements wait for a fetch");
  }
}
