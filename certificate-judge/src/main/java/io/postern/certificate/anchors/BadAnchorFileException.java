package io.postern.certificate.anchors;

import java.nio.file.Path;

/**
 * A file of anchors that cannot be read; the message names the file, what is wrong and the cure.
 */
public final class BadAnchorFileException extends Exception {
  private static final long serialVersionUID = 1;

  public BadAnchorFileException(Path file, String problem, String cure) {
    super("postern.anchors.pem: " + file + ": " + problem + "; " + cure);
  }
}
