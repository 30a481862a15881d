package io.postern.certificate.rehearsal;

/** The refusal to rehearse a change; the message names the reason and the cure. */
public final class RehearsalException extends Exception {
  private static final long serialVersionUID = 1;

  private final boolean later;

  private RehearsalException(String message, boolean later) {
    super(message);
    this.later = later;
  }

  static RehearsalException refused(String message) {
    return new RehearsalException(message, false);
  }

  static RehearsalException later(String message) {
    return new RehearsalException(message, true);
  }

  /** The same question may be answered later. */
  public boolean isLater() {
    return later;
  }
}
