package io.postern.delivery.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.postern.contracts.v1.DaneMode;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.delivery.tlsrpt.SessionResult;
import io.postern.dns.dane.Tlsa;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.LabZones;
import io.postern.lab.ScriptedPeer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which sessions of deliveries to real peers count for the reports about TLS, and as what. */
class ReportedSessionsTest {
  private static final String DOMAIN = "signed.example";
  private static final String HOST = "mx.signed.example";
  private static final LabCa CA = LabCa.create("Lab");
  private static final Identity GOOD = CA.issue(Issue.to(HOST));
  private static final Identity OTHER_KEY = CA.issue(Issue.to(HOST));
  private static final TlsRequirement OPPORTUNISTIC =
      RelayLab.level(TlsLevel.OPPORTUNISTIC).toBuilder()
          .setDane(DaneMode.DANE_OPPORTUNISTIC)
          .build();

  @TempDir Path folder;
  private ScriptedPeer peer = ScriptedPeer.named(HOST).start();
  private RelayLab lab = new RelayLab();

  private void begin(ScriptedPeer next) throws Exception {
    end();
    peer = next;
    LabZones zones = new LabZones().signed("example").signed(DOMAIN);
    Path anchors = Files.writeString(folder.resolve("root"), zones.rootAnchor() + "\n");
    lab = RelayLab.validating(peer.port(), anchors);
    lab.dns.signedBy(zones).mailDomain(DOMAIN, HOST);
  }

  @AfterEach
  void end() {
    lab.close();
    peer.close();
  }

  private void publish(Identity identity) {
    Tlsa record = Tlsa.of(3, 1, 1, identity.der().getFirst());
    lab.dns.tlsa(HOST, peer.port(), 3, 1, 1, HexFormat.of().parseHex(record.data()));
  }

  private OutcomeRecorded deliver(TlsRequirement requirement) throws Exception {
    NextHop hop =
        NextHop.newBuilder()
            .setProtocol(HopProtocol.SMTP)
            .setRoute("mx:" + DOMAIN)
            .setMxDomain(DOMAIN)
            .build();
    return lab.deliver(RelayLab.request(requirement, hop, "ann@" + DOMAIN));
  }

  private SessionResult only() {
    assertThat(lab.results).hasSize(1);
    return lab.results.getFirst();
  }

  @Test
  void aSessionThatMeetsThePolicyIsASuccessWithItsFacts() throws Exception {
    begin(ScriptedPeer.named(HOST).identity(GOOD).start());
    publish(GOOD);
    assertThat(deliver(OPPORTUNISTIC).getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
    SessionResult result = only();
    assertThat(result.domain()).isEqualTo(DOMAIN);
    assertThat(result.host()).isEqualTo(HOST);
    assertThat(result.receivingAddress()).isEqualTo("127.0.0.1");
    assertThat(result.sendingAddress()).isEqualTo("127.0.0.1");
    assertThat(result.reason()).isEmpty();
    assertThat(result.demand().dane()).isNotNull();
  }

  @Test
  void aKeptSessionCountsOnceAndNotForEachMessage() throws Exception {
    begin(ScriptedPeer.named(HOST).identity(GOOD).start());
    for (int i = 0; i < 3; i++) {
      deliver(OPPORTUNISTIC);
    }
    assertThat(peer.messages()).hasSize(3);
    assertThat(peer.sessions()).hasSize(1);
    only();
  }

  @Test
  void aHostThatDoesNotMatchItsRecordsIsAFailure() throws Exception {
    begin(ScriptedPeer.named(HOST).identity(GOOD).start());
    publish(OTHER_KEY);
    assertThat(deliver(OPPORTUNISTIC).getRecipients(0).getKind()).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(only().reason()).isEqualTo("dane-tlsa-invalid");
    assertThat(only().detail()).isNotEmpty();
  }

  @Test
  void aFailureCountsAlsoWhereAnotherHostHasTakenTheMail() throws Exception {
    begin(ScriptedPeer.named(HOST).identity(GOOD).start());
    publish(OTHER_KEY);
    String second = "mx2.signed.example";
    lab.dns.mx(DOMAIN, 20, second).a(second, "127.0.0.1");
    Tlsa record = Tlsa.of(3, 1, 1, GOOD.der().getFirst());
    lab.dns.tlsa(second, peer.port(), 3, 1, 1, HexFormat.of().parseHex(record.data()));
    assertThat(deliver(OPPORTUNISTIC).getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
    assertThat(lab.results)
        .extracting(SessionResult::host, SessionResult::reason)
        .containsExactly(tuple(HOST, "dane-tlsa-invalid"), tuple(second, ""));
  }

  @Test
  void aHostWithoutStarttlsIsAFailureAlsoWhereTheMailGoes() throws Exception {
    begin(ScriptedPeer.named(HOST).start());
    assertThat(deliver(OPPORTUNISTIC).getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
    assertThat(only().reason()).isEqualTo("not-offered");
  }

  @Test
  void aHandshakeThatFailsCountsOnceAndThePlaintextBehindItDoesNot() throws Exception {
    begin(ScriptedPeer.named(HOST).identity(GOOD).failHandshake().start());
    assertThat(deliver(OPPORTUNISTIC).getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
    assertThat(only().reason()).isEqualTo("handshake-failed");
  }

  @Test
  void recordsThatCannotBeHadAreAFailureAndNobodyIsDialled() throws Exception {
    begin(ScriptedPeer.named(HOST).identity(GOOD).start());
    lab.dns.servfail("_" + peer.port() + "._tcp." + HOST);
    deliver(OPPORTUNISTIC);
    assertThat(only().reason()).isEqualTo("dane-dns-failure");
    assertThat(only().receivingAddress()).isEmpty();
    assertThat(peer.sessions()).isEmpty();
  }

  @Test
  void aRefusalForADemandOfOurOwnIsNamed() throws Exception {
    begin(ScriptedPeer.named(HOST).identity(GOOD).start());
    lab.verdict(VerdictResult.BAD, VerdictReason.UNTRUSTED_ROOT);
    deliver(RelayLab.level(TlsLevel.CERTIFICATE_VALIDATION));
    assertThat(only().reason()).isEqualTo("untrusted-root");
  }

  // The session that carries a report is in none, or two domains that report to each other would
  // never end.
  @Test
  void aMessageThatWantsNoTlsPolicyDoesNotCount() throws Exception {
    begin(ScriptedPeer.named(HOST).identity(GOOD).start());
    deliver(OPPORTUNISTIC.toBuilder().setRequireTls(RequireTls.TLS_REQUIRED_NO).build());
    assertThat(peer.messages()).hasSize(1);
    assertThat(lab.results).isEmpty();
  }

  @Test
  void aHostOfAnAdministratorsChoiceDoesNotCount() throws Exception {
    begin(ScriptedPeer.named(HOST).identity(GOOD).start());
    lab.deliver(RelayLab.request(RelayLab.level(TlsLevel.OPPORTUNISTIC), peer));
    assertThat(peer.messages()).hasSize(1);
    assertThat(lab.results).isEmpty();
  }

  @Test
  void aHostThatCannotBeReachedSaysNothingAboutTls() throws Exception {
    begin(ScriptedPeer.named(HOST).identity(GOOD).start());
    peer.close();
    peer = ScriptedPeer.named("other.example").start(); // at another port
    deliver(OPPORTUNISTIC);
    assertThat(lab.results).isEmpty();
  }
}
