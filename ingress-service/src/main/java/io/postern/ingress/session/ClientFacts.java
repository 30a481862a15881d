package io.postern.ingress.session;

import io.postern.contracts.v1.SessionFacts;
import io.postern.contracts.v1.TlsFacts;
import io.postern.ingress.source.Source;
import io.postern.names.CertificateNames;
import io.postern.rules.InboundFacts;
import io.postern.transport.SmtpConnection;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The facts about a session's client: address, greeting, TLS. Owner: the session's thread. */
final class ClientFacts {
  private final SmtpConnection connection;
  private final String hostName;
  private final String ip;
  private final Source source;
  private final int port;
  private final long startedMillis = System.currentTimeMillis();
  private @Nullable String greeting;
  private boolean extended;
  private int mailNumber;
  private @Nullable List<String> certificateNames; // of this TLS state; null: not read yet

  ClientFacts(SmtpConnection connection, String hostName) {
    this.connection = connection;
    this.hostName = hostName;
    InetSocketAddress remote = connection.remote();
    this.ip = textOf(remote);
    this.source = Source.of(remote.getAddress());
    this.port = remote.getPort();
  }

  /** The address without an IPv6 zone. */
  static String textOf(InetSocketAddress remote) {
    String text = remote.getAddress().getHostAddress();
    int zone = text.indexOf('%');
    return zone < 0 ? text : text.substring(0, zone);
  }

  void greeted(String name, boolean ehlo) {
    greeting = name;
    extended = ehlo;
  }

  /** RFC 3207 §4.2: after the handshake nothing that the client said before counts. */
  void forgetGreeting() {
    greeting = null;
    extended = false;
    certificateNames = null;
  }

  boolean greeted() {
    return greeting != null;
  }

  void mailBegan() {
    mailNumber++;
  }

  /** RFC 3848. */
  String protocol() {
    return !extended ? "SMTP" : connection.tls() ? "ESMTPS" : "ESMTP";
  }

  InboundFacts inbound(@Nullable String mailFromDomain) {
    TlsFacts tls = connection.tlsFacts();
    return new InboundFacts(
        ip,
        tls != null,
        connection.peerChain(),
        connection.stapledOcsp(),
        certificateNames(),
        mailFromDomain);
  }

  /** All of them: the trace's own list ({@link TlsFacts}) is cut short. */
  private List<String> certificateNames() {
    if (certificateNames == null) {
      certificateNames = CertificateNames.ofLeaf(connection.peerChain());
    }
    return certificateNames;
  }

  Source source() {
    return source;
  }

  String ip() {
    return ip;
  }

  String greeting() {
    return greeting == null ? "" : greeting;
  }

  SessionFacts facts() {
    SessionFacts.Builder facts =
        SessionFacts.newBuilder()
            .setClientIp(ip)
            .setClientPort(port)
            .setGreeting(greeting())
            .setProtocol(protocol())
            .setTls(connection.tls())
            .setServerName(hostName)
            .setStartedMillis(startedMillis)
            .setMailNumber(mailNumber);
    TlsFacts tls = connection.tlsFacts();
    if (tls != null) {
      facts.setTlsFacts(tls);
    }
    return facts.build();
  }
}
