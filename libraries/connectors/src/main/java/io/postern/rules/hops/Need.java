package io.postern.rules.hops;

/** Why a value needs an operator's approval, as far as its text shows it. */
public enum Need {
  PRIVATE_ADDRESS("is not a public address"),
  PRIVATE_NAME("is not a name on the Internet"),
  PORT("has a port that is not 24, 25, 465 or 587"),
  /** No word of whose: no organization learns of another's objects (G8). */
  ROUTE("may be a host of others"),
  SOURCE_ADDRESS("is an address that others may use"),
  EHLO_NAME("is not in an accepted domain of the organization");

  private final String words;

  Need(String words) {
    this.words = words;
  }

  /** What the value is; begins with a verb. */
  public String words() {
    return words;
  }
}
