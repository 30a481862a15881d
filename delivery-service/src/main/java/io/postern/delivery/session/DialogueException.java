package io.postern.delivery.session;

import io.postern.smtp.Reply;
import org.jspecify.annotations.Nullable;

/** The session can go no further. Without a stack: peers cause as many as they like. */
public final class DialogueException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String reason;
  private final Stage stage;
  private final transient @Nullable Reply reply;

  /**
   * @param reason of the closed list
   * @param reply the host's, if that ended it
   * @param detail a sentence for the administrator
   */
  public DialogueException(String reason, Stage stage, @Nullable Reply reply, String detail) {
    super(detail, null, false, false);
    this.reason = reason;
    this.stage = stage;
    this.reply = reply;
  }

  public String reason() {
    return reason;
  }

  public Stage stage() {
    return stage;
  }

  public @Nullable Reply reply() {
    return reply;
  }

  public String detail() {
    return String.valueOf(getMessage());
  }
}
