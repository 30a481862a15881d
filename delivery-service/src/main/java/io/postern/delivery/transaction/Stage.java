package io.postern.delivery.transaction;

/** Where a dialogue stands; as outcomes spell it. */
enum Stage {
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

  String command() {
    return command;
  }
}
