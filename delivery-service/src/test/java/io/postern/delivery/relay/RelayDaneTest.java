package io.postern.delivery.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.DaneMode;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.dns.dane.Tlsa;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.LabZones;
import io.postern.lab.LabZones.Signing;
import io.postern.lab.ScriptedPeer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * DANE (RFC 7672) from signed zones to real peers: what goes, and that nothing of an envelope goes
 * otherwise. The peer's transcript is the witness.
 */
class RelayDaneTest {
  private static final String DOMAIN = "signed.example";
  private static final String HOST = "mx.signed.example";
  private static final LabCa CA = LabCa.create("Lab");
  private static final Identity GOOD = CA.issue(Issue.to(HOST));
  private static final Identity OTHER_NAME = CA.issue(Issue.to("other.example"));
  private static final Identity EXPIRED = CA.issue(Issue.to(HOST).expired());
  private static final TlsRequirement OPPORTUNISTIC = dane(TlsLevel.OPPORTUNISTIC);

  @TempDir Path folder;
  private final LabZones zones =
      new LabZones().signed("example").signed(DOMAIN).insecure("plain.example");
  private ScriptedPeer peer = ScriptedPeer.named(HOST).identity(GOOD).start();
  private RelayLab lab = new RelayLab();

  @BeforeEach
  void start() throws Exception {
    begin(ScriptedPeer.named(HOST).identity(GOOD).start());
  }

  private void begin(ScriptedPeer next) throws Exception {
    end();
    peer = next;
    Path anchors = Files.writeString(folder.resolve("root"), zones.rootAnchor() + "\n");
    lab = RelayLab.validating(peer.port(), anchors);
    lab.dns.signedBy(zones).mailDomain(DOMAIN, HOST);
  }

  @AfterEach
  void end() {
    lab.close();
    peer.close();
  }

  private static TlsRequirement dane(TlsLevel level) {
    return RelayLab.level(level).toBuilder().setDane(DaneMode.DANE_OPPORTUNISTIC).build();
  }

  private static TlsRequirement mandatory() {
    return OPPORTUNISTIC.toBuilder().setDane(DaneMode.DANE_MANDATORY).build();
  }

  private void publish(String host, Tlsa record) {
    lab.dns.tlsa(
        host,
        peer.port(),
        record.usage(),
        record.selector(),
        record.matchingType(),
        HexFormat.of().parseHex(record.data()));
  }

  private static Tlsa leaf(Identity identity) {
    return Tlsa.of(3, 1, 1, identity.der().getFirst());
  }

  private static Tlsa issuer(Identity identity) {
    return Tlsa.of(2, 0, 1, identity.der().get(1));
  }

  private OutcomeRecorded deliver(TlsRequirement requirement, String domain) throws Exception {
    return lab.deliver(RelayLab.request(requirement, RelayLab.mailHosts(domain), "ann@" + domain));
  }

  private OutcomeRecorded delivered(TlsRequirement requirement, String token) throws Exception {
    OutcomeRecorded outcome = deliver(requirement, DOMAIN);
    OutcomeChecks.delivered(outcome, token, peer);
    return outcome;
  }

  private OutcomeRecorded refused(TlsRequirement requirement, String reason) throws Exception {
    OutcomeRecorded outcome = deliver(requirement, DOMAIN);
    OutcomeChecks.refused(outcome, reason, peer);
    return outcome;
  }

  @Test
  void aRecordThatNamesTheKeyAuthenticatesTheHost() throws Exception {
    publish(HOST, leaf(GOOD));
    OutcomeRecorded outcome = delivered(OPPORTUNISTIC, "opportunistic:encryption-only+dane");
    assertThat(outcome.getDane().getBase()).isEqualTo(HOST);
    assertThat(outcome.getDane().getMatched()).isEqualTo(leaf(GOOD).toString());
    assertThat(outcome.getTlsFacts().getServerName()).isEqualTo(HOST);
  }

  @Test
  void aRecordThatNamesTheAuthorityAuthenticatesTheHost() throws Exception {
    publish(HOST, issuer(GOOD));
    delivered(mandatory(), "opportunistic:encryption-only+dane");
  }

  @Test
  void namesAndTimesDoNotCountWhereTheKeyIsPublished() throws Exception {
    begin(ScriptedPeer.named(HOST).identity(EXPIRED).start());
    publish(HOST, leaf(EXPIRED));
    delivered(OPPORTUNISTIC, "opportunistic:encryption-only+dane");
  }

  @Test
  void theComingKeysRecordStandsBesideTheCurrentOne() throws Exception {
    publish(HOST, leaf(OTHER_NAME));
    publish(HOST, leaf(GOOD));
    delivered(OPPORTUNISTIC, "opportunistic:encryption-only+dane");
  }

  @Test
  void anotherKeyGetsNothingOfTheEnvelope() throws Exception {
    publish(HOST, leaf(OTHER_NAME));
    OutcomeRecorded outcome = refused(OPPORTUNISTIC, "dane-tlsa-invalid");
    assertThat(outcome.getDane().getRecordsList()).containsExactly(leaf(OTHER_NAME).toString());
    assertThat(outcome.getDane().getMatched()).isEmpty();
  }

  @Test
  void anotherNameOfTheSameAuthorityGetsNothing() throws Exception {
    begin(ScriptedPeer.named(HOST).identity(OTHER_NAME).start());
    publish(HOST, issuer(OTHER_NAME));
    refused(OPPORTUNISTIC, "dane-host-mismatch");
  }

  @Test
  void anExpiredCertificateOfTheAuthorityGetsNothing() throws Exception {
    begin(ScriptedPeer.named(HOST).identity(EXPIRED).start());
    publish(HOST, issuer(EXPIRED));
    refused(OPPORTUNISTIC, "dane-certificate-expired");
  }

  @Test
  void strippedStartTlsGetsNothing() throws Exception {
    begin(ScriptedPeer.named(HOST).offerStartTls(false).start());
    publish(HOST, leaf(GOOD));
    refused(OPPORTUNISTIC, "dane-starttls-not-supported");
  }

  @Test
  void aBrokenHandshakeIsNotFollowedByPlaintext() throws Exception {
    begin(ScriptedPeer.named(HOST).identity(GOOD).failHandshake().start());
    publish(HOST, leaf(GOOD));
    refused(OPPORTUNISTIC, "dane-starttls-not-supported");
    assertThat(peer.sessions()).as("with and without the hybrid group, both over TLS").hasSize(2);
  }

  @Test
  void recordsThatCannotAuthenticateDemandTlsAlone() throws Exception {
    publish(HOST, new Tlsa(1, 1, 1, "00".repeat(32)));
    delivered(OPPORTUNISTIC, "opportunistic:encryption-only");
  }

  @Test
  void recordsThatCannotAuthenticateForbidPlaintext() throws Exception {
    begin(ScriptedPeer.named(HOST).offerStartTls(false).start());
    publish(HOST, new Tlsa(1, 1, 1, "00".repeat(32)));
    refused(OPPORTUNISTIC, "dane-starttls-not-supported");
  }

  @Test
  void withoutRecordsNothingIsDemanded() throws Exception {
    begin(ScriptedPeer.named(HOST).offerStartTls(false).start());
    delivered(OPPORTUNISTIC, "opportunistic:none(not-offered)");
  }

  @Test
  void anUnsignedDomainsRecordsDoNotCount() throws Exception {
    lab.dns.mailDomain("plain.example", "mx.plain.example");
    publish("mx.plain.example", leaf(OTHER_NAME));
    OutcomeRecorded outcome = deliver(OPPORTUNISTIC, "plain.example");
    assertThat(outcome.getToken()).isEqualTo("opportunistic:encryption-only");
    assertThat(outcome.hasDane()).isFalse();
  }

  @Test
  void aForgedMxRecordLeadsNowhere() throws Exception {
    zones.signing(DOMAIN, Signing.WRONG_KEY);
    refused(OPPORTUNISTIC, "dnssec-invalid");
    assertThat(peer.sessions()).isEmpty();
  }

  @Test
  void recordsThatAreNotToBeHadKeepTheHostFromUse() throws Exception {
    publish(HOST, leaf(GOOD));
    lab.dns.servfail("_" + peer.port() + "._tcp." + HOST);
    refused(OPPORTUNISTIC, "dane-dns-failure");
    assertThat(peer.sessions()).isEmpty();
  }

  @Test
  void theNextHostIsAskedWhereOneFails() throws Exception {
    lab.dns.mx(DOMAIN, 5, "bad.signed.example").a("bad.signed.example", "127.0.0.1");
    publish("bad.signed.example", leaf(OTHER_NAME));
    publish(HOST, leaf(GOOD));
    OutcomeRecorded outcome = delivered(OPPORTUNISTIC, "opportunistic:encryption-only+dane");
    assertThat(outcome.getHost()).isEqualTo(HOST);
    assertThat(peer.sessions()).hasSize(2);
  }

  @Test
  void mandatoryDaneTakesNoHostWithoutRecords() throws Exception {
    refused(mandatory(), "dane-not-published");
    assertThat(peer.sessions()).isEmpty();
  }

  @Test
  void daneTakesNothingFromTheConnectorsLevel() throws Exception {
    publish(HOST, leaf(GOOD));
    lab.verdict(VerdictResult.BAD, VerdictReason.REVOKED);
    refused(dane(TlsLevel.CERTIFICATE_VALIDATION), "revoked");
  }

  @Test
  void theSenderMaySetTheRecordsAside() throws Exception {
    publish(HOST, leaf(OTHER_NAME));
    delivered(
        OPPORTUNISTIC.toBuilder().setRequireTls(RequireTls.TLS_REQUIRED_NO).build(),
        "opportunistic:encryption-only");
  }

  @Test
  void G3_requireTlsTakesNoHostThatAnUnprovenMxRecordNames() throws Exception {
    lab.dns.mailDomain("plain.example", "mx.plain.example");
    TlsRequirement requireTls =
        OPPORTUNISTIC.toBuilder().setRequireTls(RequireTls.REQUIRE_TLS_YES).build();
    assertThat(deliver(requireTls, "plain.example").getToken())
        .isEqualTo("opportunistic/requiretls-mx-unproven");
    assertThat(peer.sessions()).isEmpty();
  }

  @Test
  void aKeptSessionIsNotUsedUnderOtherRecords() throws Exception {
    publish(HOST, leaf(GOOD));
    assertThat(deliver(OPPORTUNISTIC, DOMAIN).getTimings().getConnectionReused()).isFalse();
    assertThat(deliver(OPPORTUNISTIC, DOMAIN).getTimings().getConnectionReused()).isTrue();
    TlsRequirement without = OPPORTUNISTIC.toBuilder().setDane(DaneMode.DANE_NONE).build();
    assertThat(deliver(without, DOMAIN).getTimings().getConnectionReused()).isFalse();
  }
}
