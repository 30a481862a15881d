package io.postern.stack.example;

import io.postern.lab.CrlServer;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.LabDns;
import io.postern.lab.ScriptedPeer;
import io.postern.stack.StateFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The surroundings of Postern in the example: a development CA whose revocation list is served,
 * DNS, and four mail servers on loopback: Contoso's mailbox, Fabrikam, a partner with a revoked
 * certificate, and a stranger without TLS.
 *
 * <p>Certificates, ports and received mail are kept in the state folder. Never for real mail: the
 * CA's key lies beside it.
 */
public final class ExampleWorld implements AutoCloseable {
  private static final String ANCHORS = "development-ca.pem";
  private static final String GATE = "gate";
  private static final String MAILBOX = "mailbox";
  private static final String PARTNER = "partner";
  private static final String REVOKED = "revoked";
  private static final String STRANGER = "stranger";
  private static final String CONTOSO = "contoso";
  private static final String FABRIKAM = "fabrikam";

  private final StateFolder state;
  private final CrlServer crls;
  private final LabDns dns;
  private final List<ScriptedPeer> peers = new ArrayList<>();

  private ExampleWorld(StateFolder state, CrlServer crls, LabDns dns) {
    this.state = state;
    this.crls = crls;
    this.dns = dns;
  }

  public static ExampleWorld start(StateFolder state) throws IOException {
    CrlServer crls = CrlServer.on(state.fixedPort("crl"));
    ExampleWorld world = new ExampleWorld(state, crls, LabDns.on(state.port("dns")));
    try {
      world.openCa();
      world.publishNames();
      world.startPeers();
      return world;
    } catch (RuntimeException e) {
      world.close();
      throw e;
    }
  }

  private void openCa() {
    LabCa ca = LabCa.open(state.ca(), "Postern Development", crls.url());
    crls.serve(ca);
    ca.writeRoot(anchors());
    identity(ca, GATE, "gate.contoso.example");
    identity(ca, CONTOSO, "mail.contoso.example");
    identity(ca, FABRIKAM, "mail.fabrikam.example");
    identity(ca, MAILBOX, "mailbox.contoso.example");
    identity(ca, PARTNER, "mail.fabrikam.example");
    if (!Files.exists(state.keys().resolve(REVOKED + ".pem"))) {
      ca.revoke(identity(ca, REVOKED, "mail.revoked.example").leaf());
    }
  }

  private Identity identity(LabCa ca, String name, String hostName) {
    if (!Files.exists(state.keys().resolve(name + ".pem"))) {
      ca.issue(Issue.to(hostName)).write(state.keys(), name);
    }
    return identity(state, name);
  }

  private static Identity identity(StateFolder state, String name) {
    return Identity.load(state.keys(), name);
  }

  private void publishNames() {
    for (String host :
        List.of(
            "mailbox.contoso.example",
            "mail.fabrikam.example",
            "mail.revoked.example",
            "mx.stranger.example")) {
      dns.a(host, "127.0.0.1");
    }
    dns.mx("stranger.example", 10, "mx.stranger.example");
  }

  private void startPeers() {
    peers.add(peer(MAILBOX, "mailbox.contoso.example").identity(identity(state, MAILBOX)).start());
    peers.add(peer(PARTNER, "mail.fabrikam.example").identity(identity(state, PARTNER)).start());
    peers.add(peer(REVOKED, "mail.revoked.example").identity(identity(state, REVOKED)).start());
    peers.add(peer(STRANGER, "mx.stranger.example").offerStartTls(false).start());
  }

  private ScriptedPeer.Builder peer(String name, String hostName) {
    return ScriptedPeer.named(hostName)
        .port(state.port(portName(name)))
        .keepIn(state.received(name));
  }

  private static String portName(String server) {
    return server + "-smtp";
  }

  /** Ends the revocation list's server, as an outage would. */
  public void stopCrlServer() {
    crls.stop();
  }

  public Path anchors() {
    return state.keys().resolve(ANCHORS);
  }

  public Path serverCertificate() {
    return state.keys().resolve(GATE + ".pem");
  }

  public Path serverKey() {
    return state.keys().resolve(GATE + ".key");
  }

  /**
   * Our own server's certificate, for a connector of the example's organization with {@code
   * clientCertificate: gate}.
   */
  public Path clientCertificates() {
    Path folder = state.clientCertificates();
    Path contoso = folder.resolve(CONTOSO);
    if (!Files.exists(contoso.resolve(GATE + ".pem"))) {
      identity(state, GATE).write(contoso, GATE);
    }
    return folder;
  }

  public String dnsServer() {
    return dns.server();
  }

  public int mxPort() {
    return state.rememberedPort(portName(STRANGER));
  }

  /** The variables of a directory file: the ports of the example mail servers. */
  public Map<String, String> variables() {
    Map<String, String> variables = new TreeMap<>();
    for (String server : List.of(MAILBOX, PARTNER, REVOKED, STRANGER)) {
      variables.put(server + "Port", Integer.toString(state.rememberedPort(portName(server))));
    }
    return variables;
  }

  /** The certificate of a sending side, null for {@code none}. */
  public @Nullable Identity client(String name) {
    return client(state, name);
  }

  public static @Nullable Identity client(StateFolder state, String name) {
    return switch (name) {
      case "none" -> null;
      case CONTOSO, FABRIKAM -> identity(state, name);
      default ->
          throw new IllegalArgumentException(
              "unknown client \"" + name + "\": known are contoso, fabrikam and none");
    };
  }

  @Override
  public void close() {
    peers.forEach(ScriptedPeer::close);
    dns.close();
    crls.close();
  }
}
