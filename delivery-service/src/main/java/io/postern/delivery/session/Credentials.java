package io.postern.delivery.session;

/** A user's name and password. Never shown. */
public record Credentials(String user, String password) {
  @Override
  public String toString() {
    return "credentials";
  }
}
