package io.postern.delivery.transaction;

import io.postern.contracts.v1.BodyType;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.RequireTls;
import io.postern.smtp.Address;
import io.postern.smtp.Capabilities;
import io.postern.smtp.Utf8AddressType;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * The commands MAIL and RCPT for a host that can take the message ({@link NeededExtensions}). Pure.
 */
public final class MailCommand {
  private static final int MAX_ENVELOPE_ID = 100; // RFC 3461 §4.4
  private static final int MAX_ORIGINAL_RECIPIENT = 500; // RFC 3461 §4.2

  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private MailCommand() {}

  static String mail(DeliveryRequested request, Capabilities host) {
    Envelope envelope = request.getEnvelope();
    StringBuilder line =
        new StringBuilder("MAIL FROM:<")
            .append(path(envelope, ReversePath.of(request), host))
            .append('>');
    if (host.has("SIZE")) {
      line.append(" SIZE=").append(request.getSize());
    }
    if (envelope.getBody() == BodyType.BODY_BINARYMIME) {
      line.append(" BODY=BINARYMIME"); // RFC 3030 §3
    } else if (host.has8BitMime() && envelope.getBody() == BodyType.BODY_8BITMIME) {
      line.append(" BODY=8BITMIME");
    }
    if (utf8(envelope, host)) {
      line.append(" SMTPUTF8"); // RFC 6531 §3.4
    }
    if (host.requireTls()
        && request.getRequirement().getRequireTls() == RequireTls.REQUIRE_TLS_YES) {
      line.append(" REQUIRETLS"); // RFC 8689 §4.2.1
    }
    if (host.dsn()) {
      // RFC 3461 §5.2.1: as they were given, and not when they were not.
      if (!envelope.getRet().isEmpty()) {
        line.append(" RET=").append(safe(envelope.getRet(), false));
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
        new StringBuilder("RCPT TO:<")
            .append(path(envelope, recipient.getAddress(), host))
            .append('>');
    if (host.dsn()) {
      if (recipient.getNotifyCount() > 0) {
        String notify = String.join(",", recipient.getNotifyList());
        line.append(" NOTIFY=").append(safe(notify, false));
      }
      String original = recipient.getOriginalRecipient();
      int semicolon = original.indexOf(';');
      if (semicolon > 0) {
        String type = safe(original.substring(0, semicolon), false);
        String address = original.substring(semicolon + 1);
        String orcpt = type + ";" + encoded(type, address, utf8(envelope, host));
        if (orcpt.getBytes(StandardCharsets.UTF_8).length <= MAX_ORIGINAL_RECIPIENT) {
          line.append(" ORCPT=").append(orcpt);
        }
      }
    }
    return line.toString();
  }

  /** For a transaction without content (RFC 5321 §4.5.5: nobody is to be told of it). */
  public static String mailForQuestion(boolean utf8) {
    return utf8 ? "MAIL FROM:<> SMTPUTF8" : "MAIL FROM:<>";
  }

  /**
   * @param utf8 its MAIL said so
   */
  public static String rcptForQuestion(String address, boolean utf8) {
    return "RCPT TO:<" + safe(address, utf8) + ">";
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

  /** SMTPUTF8 is used in transactions with this host (RFC 6531 §3.4). */
  private static boolean utf8(Envelope envelope, Capabilities host) {
    return envelope.getSmtputf8() && host.smtpUtf8();
  }

  private static String encoded(String type, String kept, boolean utf8) {
    if (!type.equalsIgnoreCase(Utf8AddressType.NAME)) {
      return xtext(kept);
    }
    String address = Utf8AddressType.address(kept);
    return utf8 ? safe(Utf8AddressType.unitext(address), true) : Utf8AddressType.xtext(address);
  }

  /** A host without SMTPUTF8 gets the domain in A-labels (RFC 5890 §2.3.2.1). */
  private static String path(Envelope envelope, String address, Capabilities host) {
    boolean ascii = address.chars().allMatch(c -> c < 0x80);
    return ascii || !envelope.getSmtputf8() || host.smtpUtf8()
        ? safe(address, utf8(envelope, host))
        : safe(Address.parse(address).withAsciiDomain().toString(), false);
  }

  // Ingress parsed it; that no address ever makes a second command is checked again where it
  // counts.
  private static String safe(String text, boolean utf8) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c == 127 || c > 127 && !utf8) {
        throw new IllegalArgumentException("an address with a character that no command may hold");
      }
    }
    return text;
  }
}
