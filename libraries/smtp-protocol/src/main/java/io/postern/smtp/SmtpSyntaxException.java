package io.postern.smtp;

/**
 * A command or reply that breaks the syntax. A server sends {@link #reply()}, which names the
 * command, the error and the cure; a client puts the message into the trace. Carries no stack:
 * peers cause as many of these as they like.
 */
public final class SmtpSyntaxException extends Exception {
  private static final long serialVersionUID = 1;
  private final transient Reply reply;

  public SmtpSyntaxException(Reply reply) {
    super(reply.text(), null, false, false);
    this.reply = reply;
  }

  SmtpSyntaxException(int code, String enhanced, String text) {
    this(Reply.of(code, enhanced, text));
  }

  public Reply reply() {
    return reply;
  }
}
