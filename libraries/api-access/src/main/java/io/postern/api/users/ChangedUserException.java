package io.postern.api.users;

/** Somebody else has made, changed or removed the user since the caller has seen it. */
public final class ChangedUserException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ChangedUserException() {
    super("the user has been changed", null, false, false);
  }
}
