package io.postern.ingress;

import io.postern.lab.Identity;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** A client that sends a test's octets as they are, with the JDK's own TLS. */
public final class RawClient implements AutoCloseable {
  private Socket socket;
  private InputStream in;

  public RawClient(int port) throws IOException {
    this(new Socket(InetAddress.getLoopbackAddress(), port));
  }

  private RawClient(Socket connected) throws IOException {
    socket = connected;
    socket.setSoTimeout(40_000);
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream());
  }

  /** Connected and greeted. */
  public static RawClient greeted(int port) throws IOException {
    RawClient client = new RawClient(port);
    client.expect("220 ");
    client.command("EHLO client.example", "250");
    return client;
  }

  /** Connected from another address of this machine, such as 127.0.0.2. */
  public static RawClient from(String address, int port) throws IOException {
    return new RawClient(
        new Socket(InetAddress.getLoopbackAddress(), port, InetAddress.getByName(address), 0));
  }

  /** The same, and greeted. */
  public static RawClient greetedFrom(String address, int port) throws IOException {
    RawClient client = from(address, port);
    client.expect("220 ");
    client.command("EHLO client.example", "250");
    return client;
  }

  public RawClient raw(String text) throws IOException {
    return raw(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  public RawClient raw(byte[] octets) throws IOException {
    socket.getOutputStream().write(octets);
    socket.getOutputStream().flush();
    return this;
  }

  public String command(String line) throws IOException {
    raw(line + "\r\n");
    return reply();
  }

  /** Says it and fails unless the reply begins as expected. */
  public String command(String line, String expected) throws IOException {
    raw(line + "\r\n");
    return expect(expected);
  }

  public String expect(String beginning) throws IOException {
    String reply = reply();
    if (!reply.startsWith(beginning)) {
      throw new AssertionError("wanted " + beginning + ", got " + reply);
    }
    return reply;
  }

  /** The next reply, its lines joined by line feeds. */
  public String reply() throws IOException {
    StringBuilder all = new StringBuilder();
    while (true) {
      String line = line();
      all.append(line);
      if (line.length() < 4 || line.charAt(3) != '-') {
        return all.toString();
      }
      all.append('\n');
    }
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    while (true) {
      int octet = in.read();
      if (octet < 0) {
        throw new EOFException("closed after \"" + line + "\"");
      }
      if (octet == '\n') {
        return line.toString().stripTrailing();
      }
      line.append((char) octet);
    }
  }

  /** The other side said nothing more and closed. */
  public boolean atEnd() throws IOException {
    try {
      return in.read() < 0;
    } catch (java.net.SocketException reset) {
      return true;
    }
  }

  /** How many octets have come that nobody has read. */
  public int waiting() throws IOException {
    return in.available();
  }

  public RawClient startTls(@Nullable Identity identity)
      throws IOException, GeneralSecurityException {
    command("STARTTLS", "220 ");
    return handshake(identity);
  }

  public RawClient handshake(@Nullable Identity identity)
      throws IOException, GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        identity == null ? null : keys(identity).getKeyManagers(),
        new TrustManager[] {new AnyServer()},
        null);
    SSLSocket tls =
        (SSLSocket)
            context.getSocketFactory().createSocket(socket, "localhost", socket.getPort(), true);
    tls.startHandshake();
    socket = tls;
    in = new BufferedInputStream(tls.getInputStream());
    return this;
  }

  /** The certificate that the server showed. */
  public X509Certificate serverCertificate() throws IOException {
    return (X509Certificate) ((SSLSocket) socket).getSession().getPeerCertificates()[0];
  }

  private static KeyManagerFactory keys(Identity identity)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "client", identity.key(), new char[0], identity.chain().toArray(X509Certificate[]::new));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, new char[0]);
    return factory;
  }

  /** MAIL, RCPT for each recipient, DATA and the content with CRLF.CRLF: the last reply. */
  public String send(String from, String to, String content) throws IOException {
    command("MAIL FROM:<" + from + ">", "250");
    command("RCPT TO:<" + to + ">", "250");
    command("DATA", "354");
    raw(content + "\r\n.\r\n");
    return reply();
  }

  /** Ends as if the machine went away: a reset. */
  public void vanish() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /** A test's client looks at the certificate itself. */
  private static final class AnyServer extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket peer) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket peer) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
