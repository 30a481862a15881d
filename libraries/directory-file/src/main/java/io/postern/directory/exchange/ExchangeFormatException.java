package io.postern.directory.exchange;

/** A file that is neither of the two formats, or beyond the bounds; the message says what to do. */
public final class ExchangeFormatException extends Exception {
  private static final long serialVersionUID = 1L;

  ExchangeFormatException(String message) {
    super(message);
  }
}
