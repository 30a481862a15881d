package io.postern.certificate.revocation;

/** The refusal of a judgement's wait: as many judgements wait for a fetch as may. */
public final class PauseRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  PauseRefusedException() {
    super("too many validations are waiting for a fetch");
  }
}
