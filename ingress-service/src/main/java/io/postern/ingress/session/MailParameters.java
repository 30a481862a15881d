package io.postern.ingress.session;

import io.postern.contracts.v1.BodyType;
import io.postern.smtp.Address;
import io.postern.smtp.Command;
import io.postern.smtp.Reply;
import io.postern.smtp.SmtpSyntaxException;
import java.util.Set;

/**
 * The parameters of MAIL that we announce: SIZE (RFC 1870), BODY (RFC 6152, RFC 3030), RET and
 * ENVID (RFC 3461 §4.3, §4.4), SMTPUTF8 (RFC 6531 §3.4), REQUIRETLS (RFC 8689 §2).
 *
 * @param size declared octets, 0 when not given
 * @param ret FULL, HDRS or "" when not given
 * @param envelopeId decoded; "" when not given
 * @param smtpUtf8 addresses and header fields may be UTF-8
 * @param requireTls the message must go over TLS, to hosts that promise the same
 */
record MailParameters(
    long size, BodyType body, String ret, String envelopeId, boolean smtpUtf8, boolean requireTls) {
  private static final String SMTPUTF8 = "SMTPUTF8";
  private static final String REQUIRETLS = "REQUIRETLS";
  private static final Set<String> ANNOUNCED =
      Set.of("SIZE", "BODY", "RET", "ENVID", SMTPUTF8, REQUIRETLS);

  /**
   * @param extended the client said EHLO, and has seen what is offered
   * @param tls TLS is active
   */
  static MailParameters of(Command.Mail mail, boolean extended, boolean tls)
      throws SmtpSyntaxException {
    for (String name : mail.parameters().keySet()) {
      if (!ANNOUNCED.contains(name)) {
        throw unknown("MAIL", name);
      }
      if (!extended && (name.equals(SMTPUTF8) || name.equals(REQUIRETLS))) {
        throw new SmtpSyntaxException(
            Reply.of(555, "5.5.4", "MAIL: " + name + " is offered after EHLO: send EHLO first"));
      }
    }
    boolean requireTls = mail.parameters().containsKey(REQUIRETLS);
    if (requireTls && !tls) { // RFC 8689 §2; X.7.10: encryption needed
      throw new SmtpSyntaxException(
          Reply.of(530, "5.7.10", "MAIL: REQUIRETLS needs TLS: send STARTTLS first"));
    }
    boolean smtpUtf8 = mail.smtpUtf8();
    Address from = mail.from();
    if (from != null && !from.isAscii() && !smtpUtf8) {
      throw notAscii();
    }
    BodyType body =
        switch (mail.body()) {
          case "7BIT" -> BodyType.BODY_7BIT;
          case "8BITMIME" -> BodyType.BODY_8BITMIME;
          case "BINARYMIME" -> BodyType.BODY_BINARYMIME;
          default -> BodyType.BODY_TYPE_UNSPECIFIED;
        };
    return new MailParameters(
        mail.size().orElse(0),
        body,
        mail.parameters().getOrDefault("RET", ""),
        mail.parameters().getOrDefault("ENVID", ""),
        smtpUtf8,
        requireTls);
  }

  /** RFC 5321 §4.1.1.11: known somewhere, but not announced here. */
  static SmtpSyntaxException unknown(String command, String name) {
    return new SmtpSyntaxException(
        Reply.of(555, "5.5.4", command + ": parameter not supported: " + name + ": omit it"));
  }

  /** RFC 6531 §3.5. */
  static SmtpSyntaxException notAscii() {
    return new SmtpSyntaxException(
        Reply.of(
            553,
            "5.6.7",
            "The address is not ASCII: use the parameter SMTPUTF8 of MAIL, or an ASCII address"));
  }
}
