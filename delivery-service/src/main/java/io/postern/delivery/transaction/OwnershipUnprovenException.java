package io.postern.delivery.transaction;

/** The final dot may not be sent: the delivery is not provably ours. Without a stack. */
public final class OwnershipUnprovenException extends Exception {
  private static final long serialVersionUID = 1L;

  OwnershipUnprovenException() {
    super("ownership not confirmed before the final dot", null, false, false);
  }
}
