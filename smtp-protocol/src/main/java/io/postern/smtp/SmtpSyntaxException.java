package io.postern.smtp;

/**
 * A command or reply that breaks the syntax. On the server's side {@link #reply()} is what to
 * answer: it names the command, what is wrong and the cure. On the client's side the message is for
 * the trace. Carries no stack: peers make as many of these as they like.
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
