package io.postern.delivery.destination;

/** The right to run one delivery to a destination; given back once, with {@link Feedback}. */
public final class Slot {
  final Destination destination;
  final String organization;

  /** It is the one delivery that finds out whether a dead destination is back. */
  final boolean probe;

  final long began;
  final boolean quick;
  final boolean notice;
  boolean ended;

  Slot(
      Destination destination,
      String organization,
      boolean probe,
      long began,
      boolean quick,
      boolean notice) {
    this.destination = destination;
    this.organization = organization;
    this.probe = probe;
    this.began = began;
    this.quick = quick;
    this.notice = notice;
  }
}
