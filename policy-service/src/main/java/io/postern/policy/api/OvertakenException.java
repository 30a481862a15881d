package io.postern.policy.api;

/** Another change of the same list came between. */
final class OvertakenException extends Exception {
  private static final long serialVersionUID = 1L;

  OvertakenException() {
    super(
        "The list was changed at the same time. No address that is in both lists is missing: check "
            + "the list, and apply yours again.");
  }
}
