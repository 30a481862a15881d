package io.postern.delivery.session;

/** Where a dialogue stands; as outcomes spell it. */
public enum Stage {
  CONNECT("connect"),
  EHLO("EHLO"),
  STARTTLS("STARTTLS"),
  AUTH("AUTH"),
  MAIL("MAIL"),
  RCPT("RCPT"),
  DATA("DATA"),
  BDAT("BDAT"),
  END_OF_DATA("end-of-data"),
  RSET("RSET"),
  QUIT("QUIT");

  private final String command;

  Stage(String command) {
    this.command = command;
  }

  public String command() {
    return command;
  }
}
