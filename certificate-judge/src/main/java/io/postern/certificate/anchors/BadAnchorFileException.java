package io.postern.certificate.anchors;

/**
 * A source of anchors that cannot be read; the message names the setting's key, the file, what is
 * wrong and the cure.
 */
public final class BadAnchorFileException extends Exception {
  private static final long serialVersionUID = 1;

  /**
   * @param where key and file, as {@code postern.anchors.pem: FILE}
   */
  public BadAnchorFileException(String where, String problem, String cure) {
    super(where + ": " + problem + "; " + cure);
  }
}
