package io.postern.delivery.transaction;

/** The final dot may not be sent: the delivery is not provably ours. Without a stack. */
final class NoDotException extends Exception {
  private static final long serialVersionUID = 1L;

  NoDotException() {
    super("ownership not confirmed before the final dot", null, false, false);
  }
}
