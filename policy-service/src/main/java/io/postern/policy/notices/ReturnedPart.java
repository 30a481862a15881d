package io.postern.policy.notices;

import com.google.protobuf.ByteString;
import io.postern.contracts.v1.BodyType;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.MessageAccepted;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * A DSN's third part: the original's header section (text/rfc822-headers, RFC 6522 §4), in an
 * encoding that passes any host, or the whole original by a reference to where it stands.
 *
 * @param head the part's own header with the empty line behind it, and the inline content
 * @param content segments of the original that follow; empty: all is in {@code head}
 * @param eightBit whether it holds octets that only 8BITMIME lets pass
 */
record ReturnedPart(byte[] head, List<ContentSegment> content, boolean eightBit) {
  private static final int MAX_HEADER = 32 * 1024;

  static ReturnedPart of(Report report) {
    return report.whole() ? message(report.original(), report.utf8()) : header(report.original());
  }

  /**
   * Also of an SMTPUTF8 message: encoded, UTF-8 passes any host, while many programs do not decode
   * the message/global-headers of RFC 6533 §4.
   */
  private static ReturnedPart header(MessageAccepted original) {
    byte[] header = bounded(original.getHeaderBlock());
    boolean plain = MimeText.isSevenBit(header);
    byte[] body = plain ? header : MimeText.quotedPrintable(header);
    String head =
        MimeText.partHeader(
            "text/rfc822-headers",
            plain ? "7bit" : "quoted-printable",
            original.getHeaderBlockCut() ? "Original header, first part" : "Original header");
    ByteArrayOutputStream out = new ByteArrayOutputStream(head.length() + body.length);
    out.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(body);
    return new ReturnedPart(out.toByteArray(), List.of(), false);
  }

  private static byte[] bounded(ByteString header) {
    byte[] bytes = header.toByteArray();
    if (bytes.length <= MAX_HEADER) {
      return bytes;
    }
    int end = MAX_HEADER;
    while (end > 0 && bytes[end - 1] != '\n') {
      end--;
    }
    return Arrays.copyOf(bytes, end == 0 ? MAX_HEADER : end);
  }

  /** RFC 2046 §5.2.1: only 7bit and 8bit are allowed, and its content is not looked at. */
  private static ReturnedPart message(MessageAccepted original, boolean utf8) {
    boolean eightBit = original.getEnvelope().getBody() == BodyType.BODY_8BITMIME || utf8;
    String head =
        MimeText.partHeader(
            utf8 ? "message/global" : "message/rfc822",
            eightBit ? "8bit" : "7bit",
            "Original message");
    return new ReturnedPart(
        head.getBytes(StandardCharsets.US_ASCII), original.getContentList(), eightBit);
  }
}
