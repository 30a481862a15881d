package io.postern.e2e;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.QueueId;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.ScriptedPeer;
import io.postern.programs.FreePorts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * docs/design/connectors.md, "TLS levels"; G3, G4: each TLS level against each kind of peer. What
 * may go goes; what may not is deferred with the right reason, and the peer's own transcript shows
 * that nothing of the envelope was sent.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsLevelsTest {
  private static final String OPPORTUNISTIC = "opportunistic";
  private static final String ENCRYPTION = "encryption-only";
  private static final String CERTIFICATE = "certificate-validation";
  private static final String DOMAIN = "domain-validation";

  /** A level, a kind of peer, and what must become of the recipient. */
  record Row(String level, String peer, String outcome) {
    String domain(String organization) {
      return level + "-" + peer + "." + organization + "-partner.example";
    }

    @Override
    public String toString() {
      return level + ", peer " + peer + ": " + outcome;
    }
  }

  private TestStack stack;
  private TestOrganization organization;
  private final Map<Row, ScriptedPeer> peers = new HashMap<>();
  private final Map<Row, QueueId> sent = new HashMap<>();

  static List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    for (String peer :
        List.of("good", "expired", "self-signed", "wrong-name", "revoked", "dead-crl")) {
      rows.add(new Row(OPPORTUNISTIC, peer, "delivered opportunistic:encryption-only"));
      rows.add(new Row(ENCRYPTION, peer, "delivered encryption-only:encryption-only"));
    }
    rows.add(new Row(OPPORTUNISTIC, "no-starttls", "delivered opportunistic:none(not-offered)"));
    rows.add(
        new Row(
            OPPORTUNISTIC, "handshake-fails", "delivered opportunistic:none(handshake-failed)"));
    for (String level : List.of(ENCRYPTION, CERTIFICATE, DOMAIN)) {
      rows.add(new Row(level, "no-starttls", "deferred " + level + "/not-offered"));
      rows.add(new Row(level, "handshake-fails", "deferred " + level + "/handshake-failed"));
    }
    for (String level : List.of(CERTIFICATE, DOMAIN)) {
      rows.add(new Row(level, "good", "delivered " + level + ":" + level));
      rows.add(new Row(level, "expired", "deferred " + level + "/expired"));
      rows.add(new Row(level, "self-signed", "deferred " + level + "/self-signed"));
      rows.add(new Row(level, "revoked", "deferred " + level + "/revoked"));
      rows.add(new Row(level, "ocsp", "delivered " + level + ":" + level));
      rows.add(new Row(level, "revoked-by-ocsp", "deferred " + level + "/revoked"));
      rows.add(new Row(level, "dead-crl", "deferred " + level + "/revocation-unreachable"));
    }
    rows.add(
        new Row(
            CERTIFICATE, "wrong-name", "delivered certificate-validation:certificate-validation"));
    rows.add(new Row(DOMAIN, "wrong-name", "deferred domain-validation/name-mismatch"));
    return rows;
  }

  @BeforeAll
  void sendToAll() throws Exception {
    stack = TestStack.shared();
    organization = stack.organization("levels");
    for (Row row : rows()) {
      String host = "mx-" + row.domain(organization.id());
      ScriptedPeer peer = organization.peer(peer(row.peer(), host));
      peers.put(row, peer);
      organization.outboundTo(peer, row.domain(organization.id()), fields(row.level(), host));
    }
    organization.apply();
    for (Row row : rows()) {
      sent.put(row, organization.relayed(List.of(recipient(row)), Messages.small(row.toString())));
    }
  }

  @AfterAll
  void closePeers() {
    organization.close();
  }

  private ScriptedPeer.Builder peer(String kind, String host) {
    LabCa ca = stack.ca();
    ScriptedPeer.Builder peer = ScriptedPeer.named(host);
    return switch (kind) {
      case "good" -> peer.identity(ca.issue(Issue.to(host)));
      case "expired" -> peer.identity(ca.issue(Issue.to(host).expired()));
      case "self-signed" -> peer.identity(LabCa.selfSigned(Issue.to(host)));
      case "wrong-name" -> peer.identity(ca.issue(Issue.to("other.example")));
      case "revoked" -> peer.identity(stack.revoked(host));
      case "ocsp" -> peer.identity(stack.byResponder(host));
      case "revoked-by-ocsp" -> peer.identity(stack.revokedByResponder(host));
      case "dead-crl" ->
          peer.identity(
              ca.issue(
                  Issue.to(host).withCrl("http://127.0.0.1:" + FreePorts.next() + "/dead.crl")));
      case "no-starttls" -> peer.identity(ca.issue(Issue.to(host))).offerStartTls(false);
      case "handshake-fails" -> peer.failHandshake();
      default -> throw new IllegalArgumentException(kind);
    };
  }

  private static String fields(String level, String host) {
    return switch (level) {
      case OPPORTUNISTIC -> "";
      case ENCRYPTION -> "tlsSettings: encryptionOnly";
      case CERTIFICATE -> "tlsSettings: certificateValidation";
      default -> "tlsSettings: domainValidation, tlsDomain: " + host;
    };
  }

  private String recipient(Row row) {
    return "someone@" + row.domain(organization.id());
  }

  @ParameterizedTest
  @MethodSource("rows")
  void whatMayGoGoesAndWhatMayNotSendsNothingOfTheEnvelope(Row row) throws Exception {
    ScriptedPeer peer = requireNonNull(peers.get(row));
    assertThat(organization.outcome(requireNonNull(sent.get(row)), recipient(row)))
        .isEqualTo(row.outcome());
    if (row.outcome().startsWith("delivered")) {
      assertThat(peer.messages()).hasSize(1);
      assertThat(peer.messages().getFirst().session().tlsVersion())
          .isEqualTo(row.outcome().contains(":none") ? "" : "TLSv1.3");
    } else {
      assertThat(peer.sessions()).as("the peer was asked").isNotEmpty();
      assertThat(peer.envelopeSeen()).as("nothing of the envelope: " + peer.sessions()).isFalse();
      assertThat(peer.sessions()).noneMatch(session -> session.mentions("someone@"));
      assertThat(peer.messages()).isEmpty();
    }
  }
}
