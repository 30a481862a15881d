package io.postern.ingress.session;

import io.postern.contracts.v1.RecipientGroup;
import io.postern.ingress.intake.Handshakes;
import io.postern.transport.SmtpConnection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The report of the session's handshake, once for each connector that takes its mail: at the first
 * message, as only that shows the connector. The peer's next session reports a handshake that was
 * dropped then. Owner: the session's thread. Bound: {@value #MOST} connectors; further ones of the
 * session are not reported.
 */
final class HandshakeReport {
  static final int MOST = 100;

  /** The fields of a group on which a report depends. */
  private record Peer(String organization, String connector, String verdict, String byAddress) {}

  private final SmtpConnection connection;
  private final ClientFacts client;
  private final Handshakes handshakes;
  private final Set<Peer> reported = new HashSet<>();

  HandshakeReport(SmtpConnection connection, ClientFacts client, Handshakes handshakes) {
    this.connection = connection;
    this.client = client;
    this.handshakes = handshakes;
  }

  /**
   * @param groups for which a message was accepted
   */
  void report(List<RecipientGroup> groups) {
    if (!connection.tls()) { // it may still come
      return;
    }
    List<RecipientGroup> fresh = groups.stream().filter(this::isNew).toList();
    if (!fresh.isEmpty()) {
      handshakes.record(client.facts(), fresh);
    }
  }

  private boolean isNew(RecipientGroup group) {
    return !group.getConnector().isEmpty()
        && reported.size() < MOST
        && reported.add(
            new Peer(
                group.getOrganization(),
                group.getConnector(),
                group.getVerdict(),
                group.getByAddress()));
  }
}
