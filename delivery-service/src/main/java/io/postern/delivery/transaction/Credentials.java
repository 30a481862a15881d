package io.postern.delivery.transaction;

/** A user's name and password. Never shown. */
record Credentials(String user, String password) {
  @Override
  public String toString() {
    return "credentials";
  }
}
