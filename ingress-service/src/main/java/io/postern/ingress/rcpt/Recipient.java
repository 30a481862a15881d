package io.postern.ingress.rcpt;

import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.smtp.Address;
import java.util.List;

/**
 * A recipient as RCPT gave it, parsed once. Immutable.
 *
 * @param domain of the address, for look-ups: an A-label
 * @param envelope for the record of the message
 */
public record Recipient(Address address, String domain, EnvelopeRecipient envelope) {

  /**
   * @param notifyOn of NOTIFY (RFC 3461 §4.1); empty: not given
   * @param originalRecipient of ORCPT, decoded; "" when not given
   */
  public static Recipient of(Address address, List<String> notifyOn, String originalRecipient) {
    return new Recipient(
        address,
        address.asciiDomain(),
        EnvelopeRecipient.newBuilder()
            .setAddress(address.toString())
            .setOriginalRecipient(originalRecipient)
            .addAllNotify(notifyOn)
            .build());
  }

  /** Its mail goes back to a sender that was rewritten. */
  Recipient returningTo(Address sender) {
    return new Recipient(
        address, domain, envelope.toBuilder().setReturnsTo(sender.toString()).build());
  }

  /** The address as given. */
  public String text() {
    return envelope.getAddress();
  }

  /** It is the address of a rewritten sender. */
  public boolean returns() {
    return !envelope.getReturnsTo().isEmpty();
  }
}
