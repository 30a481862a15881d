package io.postern.lab;

import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * One session as its {@link ScriptedPeer} saw it: every command line, before and after TLS, each
 * reply, the TLS facts, and how it ended. Content is not in it. Thread-safe; grows while the
 * session lasts. Bounds: 4,096 lines, and of each line 1,024 characters.
 */
public final class PeerTranscript {
  private static final int MAX_LINES = 4_096;
  private static final int MAX_LINE = 1_024;
  private static final Set<String> ENVELOPE = Set.of("MAIL", "RCPT", "DATA", "BDAT");

  private record Line(boolean fromClient, boolean overTls, String text) {}

  private final int number;
  private final String peer;
  private final String client;
  private final int maxLines;
  private final List<Line> lines = new ArrayList<>();
  private String hello = "";
  private String tlsVersion = "";
  private String cipherSuite = "";
  private String serverName = "";
  private List<X509Certificate> clientChain = List.of();
  private String end = "";

  /**
   * @param withLines false: of a session that nobody will read, whose facts alone are kept
   */
  PeerTranscript(int number, String peer, String client, boolean withLines) {
    this.number = number;
    this.peer = peer;
    this.client = client;
    this.maxLines = withLines ? MAX_LINES : 0;
  }

  /** 1 for the peer's first session. */
  public int number() {
    return number;
  }

  /** The peer's host name. */
  public String peer() {
    return peer;
  }

  /** The client's name in its last EHLO, HELO or LHLO; empty: it said none. */
  public synchronized String hello() {
    return hello;
  }

  /** The client's IP address. */
  public String client() {
    return client;
  }

  /** All lines, as {@code "C: EHLO a.example"}, {@code "S: 250 ok"} and {@code "-- TLS ..."}. */
  public synchronized List<String> lines() {
    return lines.stream().map(line -> line.text()).toList();
  }

  /** The client's lines, before and after TLS. */
  public synchronized List<String> commands() {
    return lines.stream().filter(Line::fromClient).map(line -> line.text().substring(3)).toList();
  }

  /** The client's lines in plaintext. */
  public synchronized List<String> plaintextCommands() {
    return lines.stream()
        .filter(line -> line.fromClient() && !line.overTls())
        .map(line -> line.text().substring(3))
        .toList();
  }

  /** Whether anything of an envelope was sent: MAIL, RCPT, or content. */
  public boolean envelopeSeen() {
    return commands().stream()
        .map(command -> command.split("[ :]", 2)[0].toUpperCase(Locale.ROOT))
        .anyMatch(ENVELOPE::contains);
  }

  /** Whether the text (an address, say) is in anything that the client said, in any case. */
  public boolean mentions(String text) {
    String wanted = text.toLowerCase(Locale.ROOT);
    return commands().stream().anyMatch(line -> line.toLowerCase(Locale.ROOT).contains(wanted));
  }

  /** As "TLSv1.3"; empty: plaintext. */
  public synchronized String tlsVersion() {
    return tlsVersion;
  }

  /** Empty: plaintext. */
  public synchronized String cipherSuite() {
    return cipherSuite;
  }

  /** The SNI that the client sent; empty: none. */
  public synchronized String serverName() {
    return serverName;
  }

  /** The chain that the client presented, leaf first; empty: none. */
  public synchronized List<X509Certificate> clientChain() {
    return clientChain;
  }

  /** How it ended; empty: it lasts. */
  public synchronized String end() {
    return end;
  }

  synchronized void hello(String client) {
    hello = client;
  }

  synchronized void command(String line) {
    add(true, "C: " + line);
  }

  synchronized void reply(String line) {
    add(false, "S: " + line);
  }

  synchronized void note(String event) {
    add(false, "-- " + event);
  }

  synchronized void tls(SSLSession session) {
    tlsVersion = session.getProtocol();
    cipherSuite = session.getCipherSuite();
    if (session instanceof ExtendedSSLSession extended) {
      for (SNIServerName name : extended.getRequestedServerNames()) {
        serverName = new SNIHostName(name.getEncoded()).getAsciiName();
      }
    }
    try {
      List<X509Certificate> chain = new ArrayList<>();
      for (Certificate certificate : session.getPeerCertificates()) {
        chain.add((X509Certificate) certificate);
      }
      clientChain = List.copyOf(chain);
    } catch (SSLPeerUnverifiedException presentedNone) {
      clientChain = List.of();
    }
    note("TLS " + tlsVersion + " " + cipherSuite);
  }

  synchronized void end(String how) {
    end = how;
    note(how);
  }

  private void add(boolean fromClient, String text) {
    if (lines.size() < maxLines) {
      String shown = text.length() > MAX_LINE ? text.substring(0, MAX_LINE) : text;
      lines.add(new Line(fromClient, !tlsVersion.isEmpty(), shown));
    }
  }

  @Override
  public String toString() {
    return "session " + number + " from " + client + "\n  " + String.join("\n  ", lines());
  }
}
