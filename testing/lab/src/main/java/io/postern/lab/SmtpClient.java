package io.postern.lab;

import io.postern.smtp.Reply;
import io.postern.smtp.ReplyParser;
import io.postern.smtp.SmtpSyntaxException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * A mail client that sends each given line, right or wrong, and hands out each reply. It trusts any
 * server. Owner: one thread. A connection takes 10 s at most, a reply 60 s (see {@link #patience});
 * a failure on the wire is an IOException.
 */
public final class SmtpClient implements AutoCloseable {
  private static final int CONNECT_MILLIS = 10_000;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int MAX_LINE = 65_536;

  private final Socket socket;
  private final ReplyParser parser = new ReplyParser();
  private InputStream in;
  private OutputStream out;
  private @Nullable TlsStream tls;
  private final Reply banner;

  private SmtpClient(Socket socket) throws IOException {
    this.socket = socket;
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream());
    out = socket.getOutputStream();
    patience(PATIENCE);
    banner = reply();
  }

  /** Connected, with the banner read. */
  public static SmtpClient connect(String host, int port) throws IOException {
    return connect(new InetSocketAddress(host, port), null);
  }

  /** The same from a source address, such as 127.0.0.5 for a rule by IP. */
  public static SmtpClient connect(InetSocketAddress to, @Nullable String source)
      throws IOException {
    return connect(to, source, new byte[0]);
  }

  /** The same, with octets that go before the banner, such as a balancer's header. */
  public static SmtpClient connect(InetSocketAddress to, @Nullable String source, byte[] first)
      throws IOException {
    Socket socket = new Socket();
    try {
      if (source != null) {
        socket.bind(new InetSocketAddress(source, 0));
      }
      socket.connect(to, CONNECT_MILLIS);
      socket.getOutputStream().write(first);
      return new SmtpClient(socket);
    } catch (IOException failed) {
      socket.close();
      throw failed;
    }
  }

  /** How long a reply may take. */
  public SmtpClient patience(Duration patience) throws IOException {
    socket.setSoTimeout(Math.toIntExact(patience.toMillis()));
    return this;
  }

  public Reply banner() {
    return banner;
  }

  public Reply ehlo(String name) throws IOException {
    return command("EHLO " + name);
  }

  /** Sends the line and CRLF; gives the reply. */
  public Reply command(String line) throws IOException {
    raw(line + "\r\n");
    return reply();
  }

  public void raw(String text) throws IOException {
    raw(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Sends exactly these bytes. */
  public void raw(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  /** Reads the next reply. */
  public Reply reply() throws IOException {
    try {
      Reply reply = parser.line(readLine());
      while (reply == null) {
        reply = parser.line(readLine());
      }
      return reply;
    } catch (SmtpSyntaxException malformed) {
      throw new IOException("no SMTP reply: " + malformed.getMessage(), malformed);
    }
  }

  /** STARTTLS, and after 220 the handshake in TLS 1.3 or 1.2, with a client certificate or none. */
  public Reply startTls(@Nullable Identity certificate) throws IOException {
    return startTls(certificate, "", LabTls.MODERN);
  }

  /** The same with a server name (SNI, empty: none) and versions as "TLSv1.2". */
  public Reply startTls(@Nullable Identity certificate, String serverName, List<String> versions)
      throws IOException {
    Reply reply = command("STARTTLS");
    if (reply.code() == 220) {
      handshake(certificate, serverName, versions);
    }
    return reply;
  }

  /** Only the handshake, behind a STARTTLS by {@link #raw}. */
  public void handshake(@Nullable Identity certificate, String serverName, List<String> versions)
      throws IOException {
    var context = LabTls.client(certificate, versions);
    var engine = serverName.isEmpty() ? LabTls.engine(context) : LabTls.engine(context, serverName);
    TlsStream stream = new TlsStream(socket, engine);
    stream.handshake();
    tls = stream;
    in = new BufferedInputStream(stream.in());
    out = stream.out();
  }

  /** As "TLSv1.3"; empty: plaintext. */
  public String tlsVersion() {
    return tls == null ? "" : session(tls).getProtocol();
  }

  public String cipherSuite() {
    return tls == null ? "" : session(tls).getCipherSuite();
  }

  /** The chain that the server presented, leaf first. */
  public List<X509Certificate> serverChain() throws IOException {
    if (tls == null) {
      return List.of();
    }
    Certificate[] chain = session(tls).getPeerCertificates();
    return Arrays.stream(chain).map(X509Certificate.class::cast).toList();
  }

  private static SSLSession session(TlsStream tls) {
    return tls.engine().getSession();
  }

  public Reply send(String from, String to, byte[] content) throws IOException {
    return send(from, List.of(to), content);
  }

  /**
   * One transaction, command by command. The reply to the content, or the first refusal, after
   * which the transaction is given up with RSET.
   *
   * @param from without brackets, empty for {@code <>}
   * @param content with CRLF line ends; dot-stuffed here
   */
  public Reply send(String from, List<String> to, byte[] content) throws IOException {
    Reply reply = command("MAIL FROM:<" + from + ">");
    for (int i = 0; i < to.size() && reply.isPositive(); i++) {
      reply = command("RCPT TO:<" + to.get(i) + ">");
    }
    if (reply.isPositive()) {
      reply = command("DATA");
    }
    if (!reply.isPositive()) {
      if (reply.code() != 421) { // RFC 5321 §3.8: the server closes
        command("RSET");
      }
      return reply;
    }
    return content(content);
  }

  /** The content after 354, dot-stuffed, and the final dot; gives the reply. */
  public Reply content(byte[] content) throws IOException {
    raw(stuffed(content));
    return reply();
  }

  /** RFC 5321 §4.5.2, with the end of data behind it. */
  static byte[] stuffed(byte[] content) {
    ByteArrayOutputStream wire = new ByteArrayOutputStream(content.length + 64);
    for (int i = 0; i < content.length; i++) {
      boolean lineStart = i == 0 || (i > 1 && content[i - 2] == '\r' && content[i - 1] == '\n');
      if (lineStart && content[i] == '.') {
        wire.write('.');
      }
      wire.write(content[i]);
    }
    boolean lineEnded =
        content.length == 0
            || (content.length > 1
                && content[content.length - 2] == '\r'
                && content[content.length - 1] == '\n');
    wire.writeBytes((lineEnded ? ".\r\n" : "\r\n.\r\n").getBytes(StandardCharsets.US_ASCII));
    return wire.toByteArray();
  }

  public Reply quit() throws IOException {
    return command("QUIT");
  }

  /** Whether the server has closed: waits for the end of input as long as for a reply. */
  public boolean atEnd() throws IOException {
    return in.read() < 0;
  }

  /** Ends the connection with RST instead of FIN. */
  public void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  /** Closes without QUIT, over TLS with close_notify. */
  @Override
  public void close() throws IOException {
    if (tls != null && !socket.isClosed()) {
      tls.close();
    }
    socket.close();
  }

  private byte[] readLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(128);
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("connection closed by the server");
      }
      if (line.size() >= MAX_LINE) {
        throw new IOException("reply line longer than " + MAX_LINE);
      }
      line.write(b);
    }
    byte[] bytes = line.toByteArray();
    boolean crlf = bytes.length > 0 && bytes[bytes.length - 1] == '\r';
    return crlf ? Arrays.copyOf(bytes, bytes.length - 1) : bytes;
  }
}
