package io.postern.ingress.session;

import io.postern.contracts.v1.BodyType;
import io.postern.smtp.Address;
import io.postern.smtp.Command;
import io.postern.smtp.Reply;
import io.postern.smtp.SmtpSyntaxException;
import java.util.Set;

/**
 * The parameters of MAIL that we announce: SIZE (RFC 1870), BODY (RFC 6152), RET and ENVID (RFC
 * 3461 §4.3, §4.4).
 *
 * @param size declared octets, 0 when not given
 * @param ret FULL, HDRS or "" when not given
 * @param envelopeId decoded; "" when not given
 */
record MailParameters(long size, BodyType body, String ret, String envelopeId) {
  private static final Set<String> ANNOUNCED = Set.of("SIZE", "BODY", "RET", "ENVID");

  static MailParameters of(Command.Mail mail) throws SmtpSyntaxException {
    for (String name : mail.parameters().keySet()) {
      if (!ANNOUNCED.contains(name)) {
        throw unknown("MAIL", name);
      }
    }
    Address from = mail.from();
    if (from != null && !from.isAscii()) {
      throw notAscii();
    }
    BodyType body =
        switch (mail.body()) {
          case "" -> BodyType.BODY_TYPE_UNSPECIFIED;
          case "7BIT" -> BodyType.BODY_7BIT;
          case "8BITMIME" -> BodyType.BODY_8BITMIME;
          default ->
              throw new SmtpSyntaxException(
                  Reply.of(501, "5.5.4", "MAIL: BODY takes 7BIT or 8BITMIME, as announced"));
        };
    return new MailParameters(
        mail.size().orElse(0),
        body,
        mail.parameters().getOrDefault("RET", ""),
        mail.parameters().getOrDefault("ENVID", ""));
  }

  /** RFC 5321 §4.1.1.11: known somewhere, but not announced here. */
  static SmtpSyntaxException unknown(String command, String name) {
    return new SmtpSyntaxException(
        Reply.of(555, "5.5.4", command + ": parameter not supported: " + name + ": leave it out"));
  }

  /** RFC 6531 §3.5, and the cure that helps here: SMTPUTF8 is not announced. */
  static SmtpSyntaxException notAscii() {
    return new SmtpSyntaxException(
        Reply.of(
            553,
            "5.6.7",
            "The address is not ASCII, and SMTPUTF8 is not offered here: use an ASCII address"));
  }
}
