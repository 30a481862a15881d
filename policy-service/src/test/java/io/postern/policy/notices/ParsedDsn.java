package io.postern.policy.notices;

import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.MessageAccepted;
import jakarta.mail.BodyPart;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetHeaders;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** A DSN as another program reads it: parsed by Angus Mail, which shares no code with ours. */
final class ParsedDsn {
  final byte[] bytes;
  final MimeMessage message;
  final MimeMultipart parts;

  /** References stand for {@code referenced}. */
  ParsedDsn(MessageAccepted dsn, String referenced) throws Exception {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (ContentSegment segment : dsn.getContentList()) {
      all.writeBytes(
          segment.hasInline()
              ? segment.getInline().toByteArray()
              : referenced.getBytes(StandardCharsets.UTF_8));
    }
    bytes = all.toByteArray();
    Properties strict = new Properties();
    strict.setProperty("mail.mime.multipart.ignoremissingendboundary", "false");
    strict.setProperty("mail.mime.multipart.ignoremissingboundaryparameter", "false");
    message = new MimeMessage(Session.getInstance(strict), new ByteArrayInputStream(bytes));
    parts =
        new MimeMultipart(
            new ByteArrayDataSource(message.getRawInputStream(), message.getContentType()));
  }

  String header(String name) throws MessagingException {
    String[] values = message.getHeader(name);
    if (values == null || values.length != 1) {
      throw new AssertionError(
          name + " is there " + (values == null ? 0 : values.length) + " times");
    }
    return values[0];
  }

  BodyPart part(int index) throws MessagingException {
    return parts.getBodyPart(index);
  }

  /** A part's content, its transfer encoding undone. */
  byte[] content(int index) throws MessagingException, IOException {
    try (InputStream in = part(index).getInputStream()) {
      return in.readAllBytes();
    }
  }

  /** The first part, its lines joined again. */
  String human() throws MessagingException, IOException {
    return new String(content(0), StandardCharsets.UTF_8).replaceAll("\r\n *\\|? *(?=\\S)", " ");
  }

  /** The groups of fields of the second part: the message's, then each recipient's. */
  List<InternetHeaders> status() throws MessagingException, IOException {
    List<InternetHeaders> groups = new ArrayList<>();
    try (InputStream in = part(1).getInputStream()) {
      byte[] all = in.readAllBytes();
      for (String group : new String(all, StandardCharsets.UTF_8).split("\r\n\r\n")) {
        groups.add(
            new InternetHeaders(
                new ByteArrayInputStream((group + "\r\n\r\n").getBytes(StandardCharsets.UTF_8)),
                /* allowutf8= */ true));
      }
    }
    return groups;
  }

  static String field(InternetHeaders group, String name) {
    String value = group.getHeader(name, ",");
    return value == null ? "" : value.replaceAll("\r\n", "");
  }
}
