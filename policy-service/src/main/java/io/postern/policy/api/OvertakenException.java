package io.postern.policy.api;

/** Another change of the same list came between. */
final class OvertakenException extends Exception {
  private static final long serialVersionUID = 1L;

  OvertakenException() {
    super(
        "Another change of the list came between. No address that both lists have is missing: look"
            + " at the list, and apply yours again.");
  }
}
