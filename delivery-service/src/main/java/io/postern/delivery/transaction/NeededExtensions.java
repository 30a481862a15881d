package io.postern.delivery.transaction;

import io.postern.contracts.Reasons;
import io.postern.contracts.v1.BodyType;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.delivery.attempt.Attempt;
import io.postern.delivery.attempt.ConnectionReport;
import io.postern.delivery.attempt.Failure;
import io.postern.delivery.attempt.Recipient;
import io.postern.log.content.ContentException;
import io.postern.log.content.ContentStream;
import io.postern.smtp.Address;
import io.postern.smtp.Capabilities;
import java.nio.ByteBuffer;

/**
 * The extensions that a message needs of a host. Nothing is ever re-encoded (G10), so recipients
 * fail where the host lacks one. Owner: the delivery's thread.
 */
public final class NeededExtensions {
  private static final long MEGABYTE = 1 << 20;

  private final Attempt attempt;
  private final ConnectionReport connection;
  private final Capabilities host;
  private final Contents contents;

  /**
   * @param connection to the host
   */
  public NeededExtensions(
      Attempt attempt, ConnectionReport connection, Capabilities host, Contents contents) {
    this.attempt = attempt;
    this.connection = connection;
    this.host = host;
    this.contents = contents;
  }

  /**
   * Fails the recipients to whom the host cannot pass the message on as it is.
   *
   * @throws ContentException the content had to be looked at and could not be read
   */
  public void check() throws ContentException {
    DeliveryRequested request = attempt.request();
    BodyType body = request.getEnvelope().getBody();
    long most = request.getNextHop().getMaxMessageMegabytes() * MEGABYTE;
    // RFC 1870 §6.1: a message larger than announced is not offered.
    if (host.size().isPresent() && request.getSize() > host.size().getAsLong()) {
      fail(
          Reasons.TOO_LARGE,
          552,
          "5.3.4",
          "the message has "
              + request.getSize()
              + " bytes, the host takes "
              + host.size().getAsLong());
    } else if (most > 0 && request.getSize() > most) {
      fail(
          Reasons.TOO_LARGE,
          552,
          "5.3.4",
          "the message has "
              + request.getSize()
              + " bytes, at most "
              + most
              + " are allowed to this destination");
    } else if (body == BodyType.BODY_BINARYMIME && !host.binaryMime()) { // RFC 3030 §3
      fail(
          Reasons.NO_BINARYMIME,
          554,
          "5.6.3",
          "the message has binary content, the host does not accept it");
    } else if (body == BodyType.BODY_8BITMIME
        && !host.has8BitMime()
        && eightBit(request)) { // RFC 6152 §3
      fail(
          Reasons.NO_8BITMIME,
          554,
          "5.6.3",
          "the message has 8-bit content, the host does not accept it");
    } else if (request.getEnvelope().getSmtputf8() && !host.smtpUtf8()) {
      withoutSmtpUtf8(request);
    }
  }

  /** Many senders declare 8-bit content with every message. */
  private boolean eightBit(DeliveryRequested request) throws ContentException {
    try (ContentStream content = SentContent.open(contents, request)) {
      for (ByteBuffer in = content.next(); in != null; in = content.next()) {
        while (in.hasRemaining()) {
          if (in.get() < 0) {
            return true;
          }
        }
      }
      return false;
    }
  }

  /**
   * RFC 6531 §3.2, §3.5. Many senders ask for SMTPUTF8 with every message. One that needs it
   * nowhere goes without, and so it does to the recipients who do not need it.
   */
  private void withoutSmtpUtf8(DeliveryRequested request) throws ContentException {
    if (needsUtf8(ReversePath.of(request))) {
      fail(
          Reasons.NO_SMTPUTF8,
          553,
          "5.6.7",
          "the sender's address is internationalized, the host does not accept such addresses");
      return;
    }
    for (Recipient recipient : attempt.open(attempt.openCount())) {
      if (needsUtf8(recipient.envelope.getAddress())) {
        Failure failure =
            new Failure(
                Reasons.NO_SMTPUTF8,
                "the recipient's address is internationalized, the host does not accept such "
                    + "addresses",
                connection);
        attempt.fail(recipient, failure, 553, "5.6.7", failure.detail());
      }
    }
    if (attempt.doneHere()) {
      return;
    }
    try (ContentStream content = SentContent.open(contents, request)) {
      if (!Utf8Header.in(content)) {
        return;
      }
    }
    fail(
        Reasons.NO_SMTPUTF8,
        550,
        "5.6.9",
        "the message has header fields in UTF-8, the host does not accept such fields");
  }

  /** A domain has a form in ASCII, a local part has none. */
  private static boolean needsUtf8(String address) {
    if (address.chars().allMatch(c -> c < 0x80)) {
      return false;
    }
    try {
      return !Address.parse(address).withAsciiDomain().isAscii();
    } catch (IllegalArgumentException e) {
      return true;
    }
  }

  private void fail(String reason, int code, String enhanced, String detail) {
    attempt.failRest(new Failure(reason, detail, connection), code, enhanced, detail);
  }
}
