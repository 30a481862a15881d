package io.postern.check.dial;

import io.postern.certificate.fetch.Deadline;
import io.postern.check.report.Connection.Status;
import io.postern.smtp.Capabilities;
import io.postern.smtp.Reply;
import io.postern.smtp.ReplyParser;
import io.postern.smtp.SmtpSyntaxException;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The part of a session that is in plaintext. Reads octet by octet, so that nothing behind the
 * answer to STARTTLS is taken for it (RFC 3207 §5). One thread, one use.
 */
final class SmtpHello {
  private static final int READY = 220;

  private final Socket socket;
  private final InputStream in;
  private final ReplyParser parser = new ReplyParser();

  SmtpHello(Socket socket, Deadline deadline) throws IOException {
    this.socket = socket;
    this.in = deadline.bounding(socket);
  }

  /** Until the server has said that it is ready for the handshake. */
  void toStartTls() throws DialFailedException, IOException {
    Reply greeting = reply();
    if (greeting.code() != READY) {
      send("QUIT");
      throw new DialFailedException(
          Status.SMTP_REFUSED, "the server greets with a refusal", greeting.toString());
    }
    send("EHLO " + literal(socket.getLocalAddress()));
    Reply hello = reply();
    if (!hello.isCompletion()) {
      send("QUIT");
      throw new DialFailedException(
          Status.SMTP_REFUSED, "the server refuses EHLO", hello.toString());
    }
    if (!Capabilities.parse(hello).startTls()) {
      send("QUIT");
      throw new DialFailedException(
          Status.STARTTLS_NOT_OFFERED, "the server does not offer STARTTLS");
    }
    send("STARTTLS");
    Reply ready = reply();
    if (ready.code() != READY) {
      send("QUIT");
      throw new DialFailedException(
          Status.STARTTLS_REFUSED, "the server refuses STARTTLS", ready.toString());
    }
  }

  // RFC 5321 §4.1.4: a client without a name that resolves gives its address.
  private static String literal(InetAddress address) {
    String text = address.getHostAddress();
    int zone = text.indexOf('%');
    return address instanceof Inet6Address
        ? "[IPv6:" + (zone < 0 ? text : text.substring(0, zone)) + "]"
        : "[" + text + "]";
  }

  private void send(String command) throws IOException {
    socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
  }

  private Reply reply() throws DialFailedException, IOException {
    try {
      while (true) {
        Reply reply = parser.line(line());
        if (reply != null) {
          return reply;
        }
      }
    } catch (SmtpSyntaxException e) {
      throw new DialFailedException(
          Status.NOT_SMTP, "the server does not speak SMTP: " + e.getMessage());
    }
  }

  private byte[] line() throws DialFailedException, IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      int octet = in.read();
      if (octet < 0) {
        throw new EOFException();
      }
      if (octet == '\n') {
        return withoutCr(line.toByteArray());
      }
      line.write(octet);
      if (line.size() > ReplyParser.MAX_LINE) {
        throw new DialFailedException(
            Status.NOT_SMTP, "the server does not speak SMTP: a line without an end");
      }
    }
  }

  private static byte[] withoutCr(byte[] line) {
    return line.length > 0 && line[line.length - 1] == '\r'
        ? Arrays.copyOf(line, line.length - 1)
        : line;
  }
}
