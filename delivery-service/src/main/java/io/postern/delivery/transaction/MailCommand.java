package io.postern.delivery.transaction;

import io.postern.contracts.Reasons;
import io.postern.contracts.v1.BodyType;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.RequireTls;
import io.postern.smtp.Capabilities;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** The commands MAIL and RCPT for a host, and whether it can take the message at all. Pure. */
final class MailCommand {
  private static final int MAX_ENVELOPE_ID = 100; // RFC 3461 §4.4
  private static final int MAX_ORIGINAL_RECIPIENT = 500; // RFC 3461 §4.2

  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private MailCommand() {}

  /**
   * Whether the host can take the message as it is; nothing is ever re-encoded (G10). If not, the
   * recipients fail.
   */
  static boolean possible(Attempt attempt, Capabilities host) {
    DeliveryRequested request = attempt.request();
    Envelope envelope = request.getEnvelope();
    // RFC 1870 §6.1: a message larger than announced is not offered.
    if (host.size().isPresent() && request.getSize() > host.size().getAsLong()) {
      return fail(
          attempt,
          Reasons.TOO_LARGE,
          552,
          "5.3.4",
          "the message has "
              + request.getSize()
              + " bytes, the host takes "
              + host.size().getAsLong());
    }
    // RFC 6152 §3; CHUNKING with BINARYMIME (RFC 3030) is not spoken.
    if (envelope.getBody() == BodyType.BODY_8BITMIME && !host.has8BitMime()
        || envelope.getBody() == BodyType.BODY_BINARYMIME) {
      return fail(
          attempt,
          Reasons.NO_8BITMIME,
          554,
          "5.6.3",
          "the message has 8-bit content, the host does not take it");
    }
    // RFC 6531 §3.5
    if (envelope.getSmtputf8() && !host.smtpUtf8()) {
      return fail(
          attempt,
          Reasons.NO_SMTPUTF8,
          553,
          "5.6.7",
          "the message has internationalized addresses or header, the host does not take them");
    }
    return true;
  }

  static String mail(DeliveryRequested request, Capabilities host) {
    Envelope envelope = request.getEnvelope();
    StringBuilder line =
        new StringBuilder("MAIL FROM:<")
            .append(safe(envelope, envelope.getReversePath()))
            .append('>');
    if (host.has("SIZE")) {
      line.append(" SIZE=").append(request.getSize());
    }
    if (host.has8BitMime() && envelope.getBody() == BodyType.BODY_8BITMIME) {
      line.append(" BODY=8BITMIME");
    }
    if (envelope.getSmtputf8()) {
      line.append(" SMTPUTF8");
    }
    if (request.getRequirement().getRequireTls() == RequireTls.REQUIRE_TLS_YES) {
      line.append(" REQUIRETLS"); // RFC 8689 §4.2.1; the gate saw that the host offers it
    }
    if (host.dsn()) {
      // RFC 3461 §5.2.1: as they were given, and not when they were not.
      if (!envelope.getRet().isEmpty()) {
        line.append(" RET=").append(safe(envelope, envelope.getRet()));
      }
      String id = xtext(envelope.getEnvelopeId());
      if (!id.isEmpty() && id.length() <= MAX_ENVELOPE_ID) {
        line.append(" ENVID=").append(id);
      }
    }
    return line.toString();
  }

  static String rcpt(Envelope envelope, EnvelopeRecipient recipient, Capabilities host) {
    StringBuilder line =
        new StringBuilder("RCPT TO:<").append(safe(envelope, recipient.getAddress())).append('>');
    if (host.dsn()) {
      if (recipient.getNotifyCount() > 0) {
        String notify = String.join(",", recipient.getNotifyList());
        line.append(" NOTIFY=").append(safe(envelope, notify));
      }
      String original = recipient.getOriginalRecipient();
      int semicolon = original.indexOf(';');
      if (semicolon > 0) {
        String orcpt =
            safe(envelope, original.substring(0, semicolon + 1))
                + xtext(original.substring(semicolon + 1));
        if (orcpt.length() <= MAX_ORIGINAL_RECIPIENT) {
          line.append(" ORCPT=").append(orcpt);
        }
      }
    }
    return line.toString();
  }

  /**
   * Will nobody else confirm this recipient's delivery, although the sender asked for it? Then it
   * is "relayed" (RFC 3461 §5.2.2).
   */
  static boolean unconfirmed(EnvelopeRecipient recipient, Capabilities host) {
    return !host.dsn() && recipient.getNotifyList().contains("SUCCESS");
  }

  /** RFC 3461 §4: octets but printable ASCII, "+" and "=" as "+" and two hexadecimal digits. */
  static String xtext(String text) {
    StringBuilder xtext = new StringBuilder(text.length());
    for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
      if (octet > ' ' && octet <= '~' && octet != '+' && octet != '=') {
        xtext.append((char) octet);
      } else {
        xtext.append('+').append(HEX.toHexDigits(octet));
      }
    }
    return xtext.toString();
  }

  // Ingress parsed it; that no address ever makes a second command is checked again where it
  // counts.
  private static String safe(Envelope envelope, String address) {
    for (int i = 0; i < address.length(); i++) {
      char c = address.charAt(i);
      if (c < ' ' || c == 127 || c > 127 && !envelope.getSmtputf8()) {
        throw new IllegalArgumentException("an address with a character that no command may hold");
      }
    }
    return address;
  }

  private static boolean fail(
      Attempt attempt, String reason, int code, String enhanced, String detail) {
    attempt.failRest(reason, code, enhanced, detail, detail);
    return false;
  }
}
