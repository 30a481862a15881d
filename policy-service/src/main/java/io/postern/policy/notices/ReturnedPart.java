package io.postern.policy.notices;

import com.google.protobuf.ByteString;
import io.postern.contracts.v1.BodyType;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.smtp.HeaderFirewall;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A DSN's third part: the original's header section (text/rfc822-headers, RFC 6522 §4, in an
 * encoding that passes any host, or message/global-headers, RFC 6533 §4), or the whole original by
 * a reference to where it stands.
 *
 * @param head the part's own header with the empty line behind it, and the inline content
 * @param content segments of the original that follow; empty: all is in {@code head}
 * @param eightBit whether it holds octets that only 8BITMIME lets pass
 */
record ReturnedPart(byte[] head, List<ContentSegment> content, boolean eightBit) {
  private static final int MAX_HEADER = 32 * 1024;

  /**
   * Null: nothing is returned of a message with REQUIRETLS. Its DSN may come where REQUIRETLS is
   * not offered, and must be redacted then (RFC 8689 §5); nobody knows beforehand.
   */
  static @Nullable ReturnedPart of(Report report) {
    if (report.requireTls()) {
      return null;
    }
    return report.whole() ? message(report.original(), report.utf8()) : header(report);
  }

  private static ReturnedPart header(Report report) {
    byte[] header = bounded(report.original().getHeaderBlock());
    if (report.original().getHeaderFirewall().getOrganization() > 0) {
      header = withoutOrganizationFields(header);
    }
    boolean plain = MimeText.isSevenBit(header);
    boolean global = !plain && report.international() && MimeText.isUtf8(header);
    String head =
        MimeText.partHeader(
            global ? "message/global-headers" : "text/rfc822-headers",
            plain ? "7bit" : global ? "8bit" : "quoted-printable",
            report.original().getHeaderBlockCut()
                ? "Original header, first part"
                : "Original header");
    byte[] body = plain || global ? header : MimeText.quotedPrintable(header);
    ByteArrayOutputStream out = new ByteArrayOutputStream(head.length() + body.length);
    out.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(body);
    return new ReturnedPart(out.toByteArray(), List.of(), global);
  }

  /** The sender may be anybody: the organization's own fields do not leave it this way either. */
  private static byte[] withoutOrganizationFields(byte[] header) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(header.length);
    HeaderFirewall.Sink<RuntimeException> sink =
        octets ->
            out.write(octets.array(), octets.arrayOffset() + octets.position(), octets.remaining());
    HeaderFirewall firewall = new HeaderFirewall(HeaderFirewall.Mode.REMOVE);
    firewall.pass(ByteBuffer.wrap(header), sink);
    firewall.finish(sink);
    return out.toByteArray();
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
