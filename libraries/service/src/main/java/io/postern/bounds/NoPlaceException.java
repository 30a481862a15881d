package io.postern.bounds;

/** A bound of the APIs is reached: try again later. Without a stack trace; not logged. */
public final class NoPlaceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Whose part of the bound is used up. */
  public enum Whose {
    USER,
    ORGANIZATION,
    ALL
  }

  private final Bound bound;
  private final Whose whose;

  NoPlaceException(Bound bound, Whose whose, Holder holder) {
    super(sentence(bound, whose, holder), null, false, false);
    this.bound = bound;
    this.whose = whose;
  }

  /** For the caller: it names no other user and no other organization (G8). */
  private static String sentence(Bound bound, Whose whose, Holder holder) {
    String taken =
        switch (whose) {
          case USER -> "You have as many %s in progress as one user may";
          case ORGANIZATION ->
              (holder.organization().contains(",")
                      ? "Your organizations have"
                      : "The organization " + holder.organization() + " has")
                  + " as many %s in progress as one organization may";
          case ALL -> "This service has as many %s in progress as it takes from all users";
        };
    return (taken + ": try again in %d seconds.").formatted(bound.what(), bound.againSeconds());
  }

  public Bound bound() {
    return bound;
  }

  public Whose whose() {
    return whose;
  }
}
