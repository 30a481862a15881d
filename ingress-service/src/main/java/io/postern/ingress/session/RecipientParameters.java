package io.postern.ingress.session;

import io.postern.ingress.rcpt.Recipient;
import io.postern.smtp.Address;
import io.postern.smtp.Command;
import io.postern.smtp.Reply;
import io.postern.smtp.SmtpSyntaxException;
import io.postern.smtp.Utf8AddressType;
import java.util.List;
import java.util.Set;

/**
 * The parameters of RCPT that we announce: NOTIFY and ORCPT (RFC 3461 §4.1, §4.2).
 *
 * @param notifyOn as given, in upper case; empty when not given, which is not the same as a default
 *     (§5.2.1)
 * @param originalRecipient "type;address", decoded; "" when not given
 */
record RecipientParameters(List<String> notifyOn, String originalRecipient) {
  private static final Set<String> ANNOUNCED = Set.of("NOTIFY", "ORCPT");
  private static final String UTF8_TYPE = Utf8AddressType.NAME + ";";

  RecipientParameters {
    notifyOn = List.copyOf(notifyOn);
  }

  /**
   * @param smtpUtf8 the transaction has SMTPUTF8, without which nothing may be UTF-8
   */
  static RecipientParameters of(Command.Rcpt rcpt, boolean smtpUtf8) throws SmtpSyntaxException {
    if (!smtpUtf8 && !rcpt.to().isAscii()) { // RFC 6531 §3.4
      throw MailParameters.notAscii();
    }
    for (String name : rcpt.parameters().keySet()) {
      if (!ANNOUNCED.contains(name)) {
        throw MailParameters.unknown("RCPT", name);
      }
    }
    String notify = rcpt.parameters().get("NOTIFY");
    String original = rcpt.parameters().getOrDefault("ORCPT", "");
    if (!smtpUtf8 && utf8Address(original)) { // RFC 6533 §3
      throw new SmtpSyntaxException(
          Reply.of(
              501,
              "5.5.4",
              "RCPT: ORCPT: an address in UTF-8 needs SMTPUTF8 at MAIL: write \\x{...} instead"));
    }
    return new RecipientParameters(
        notify == null ? List.of() : List.of(notify.split(",")), original);
  }

  /** Of the type utf-8, and not in the form that is ASCII alone. */
  private static boolean utf8Address(String original) {
    return original.regionMatches(true, 0, UTF8_TYPE, 0, UTF8_TYPE.length())
        && original.chars().anyMatch(c -> c > 0x7f);
  }

  Recipient recipient(Address address) {
    return Recipient.of(address, notifyOn, originalRecipient);
  }
}
