package io.postern.transport;

import java.io.IOException;

/**
 * A line beyond the reader's bound. It has been read to its end and dropped: the connection is in
 * step, the next line may be read.
 */
public final class LineTooLongException extends IOException {
  private static final long serialVersionUID = 1;

  LineTooLongException(int maxBytes) {
    super("line longer than " + maxBytes + " octets");
  }
}
