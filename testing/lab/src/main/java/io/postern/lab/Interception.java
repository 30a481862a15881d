package io.postern.lab;

/** The act of an {@link Interceptor} on each session that it passes on. */
public sealed interface Interception {
  /** It passes everything on and reads what is not encrypted. */
  record Listening() implements Interception {}

  /** The answer to EHLO has no STARTTLS. */
  record StartTlsRemoved() implements Interception {}

  /** STARTTLS gets this reply, and the server never sees it. */
  record StartTlsRefused(int code, String enhanced) implements Interception {}

  /** The connection ends where the client's first hello arrives. */
  record HandshakeBroken() implements Interception {}

  /**
   * Plaintext replies stand behind the server's 220 to STARTTLS, in the same packet; all that
   * follows is passed on as it is (RFC 3207 §4.2, §6).
   *
   * @param text with CRLF line ends
   */
  record RepliesInjected(String text) implements Interception {}

  /**
   * It ends the client's TLS with a certificate of its own, opens TLS to the server, and reads
   * everything.
   */
  record CertificateSwapped(Identity identity) implements Interception {}
}
