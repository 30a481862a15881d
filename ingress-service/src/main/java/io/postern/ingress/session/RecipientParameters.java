package io.postern.ingress.session;

import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.smtp.Command;
import io.postern.smtp.SmtpSyntaxException;
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

  RecipientParameters {
    notifyOn = List.copyOf(notifyOn);
  }

  static RecipientParameters of(Command.Rcpt rcpt) throws SmtpSyntaxException {
    for (String name : rcpt.parameters().keySet()) {
      if (!ANNOUNCED.contains(name)) {
        throw MailParameters.unknown("RCPT", name);
      }
    }
    String notify = rcpt.parameters().get("NOTIFY");
    return new RecipientParameters(
        notify == null ? List.of() : List.of(notify.split(",")),
        rcpt.parameters().getOrDefault("ORCPT", ""));
  }

  EnvelopeRecipient recipient(String address) {
    return EnvelopeRecipient.newBuilder()
        .setAddress(address)
        .setOriginalRecipient(originalRecipient)
        .addAllNotify(notifyOn)
        .build();
  }
}
