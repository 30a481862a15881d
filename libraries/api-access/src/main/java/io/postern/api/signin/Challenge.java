package io.postern.api.signin;

/** The ways in that an answer 401 names. */
public final class Challenge {
  public static final String VALUE = "Basic realm=\"Postern\", charset=\"UTF-8\", Bearer";

  private Challenge() {}
}
