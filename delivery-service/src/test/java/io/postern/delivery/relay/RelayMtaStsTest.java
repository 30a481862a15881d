package io.postern.delivery.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.DaneMode;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.MtaStsMode;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.StsPolicyState;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.dns.dane.Tlsa;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.LabZones;
import io.postern.lab.ScriptedPeer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * MTA-STS (RFC 8461) from a policy to real peers: what goes, and that nothing of an envelope goes
 * otherwise. The peer's transcript is the witness.
 */
class RelayMtaStsTest {
  private static final String DOMAIN = "signed.example";
  private static final String HOST = "mx.signed.example";
  private static final LabCa CA = LabCa.create("Lab");
  private static final Identity GOOD = CA.issue(Issue.to(HOST));
  private static final Identity OTHER_NAME = CA.issue(Issue.to("other.example"));
  private static final TlsRequirement OPPORTUNISTIC =
      RelayLab.level(TlsLevel.OPPORTUNISTIC).toBuilder()
          .setMtaSts(MtaStsMode.MTA_STS_OPPORTUNISTIC)
          .build();

  @TempDir Path folder;
  private final LabZones zones = new LabZones().signed("example").signed(DOMAIN);
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
    lab.dns.signedBy(zones).mailDomain(DOMAIN, HOST).txt("_mta-sts." + DOMAIN, "v=STSv1; id=1");
  }

  @AfterEach
  void end() {
    lab.close();
    peer.close();
  }

  private void policy(String mode, String... mx) {
    policyOf(DOMAIN, mode, mx);
  }

  private void policyOf(String domain, String mode, String... mx) {
    lab.policies.publish(
        StsPolicyState.newBuilder()
            .setDomain(domain)
            .setId("1")
            .setMode(mode)
            .addAllMx(List.of(mx))
            .setMaxAgeSeconds(86_400)
            .setFetchedMillis(System.currentTimeMillis())
            .build());
  }

  private OutcomeRecorded deliver(TlsRequirement requirement) throws Exception {
    return lab.deliver(RelayLab.request(requirement, RelayLab.mailHosts(DOMAIN), "ann@" + DOMAIN));
  }

  private OutcomeRecorded delivered(TlsRequirement requirement, String token) throws Exception {
    OutcomeRecorded outcome = deliver(requirement);
    OutcomeChecks.delivered(outcome, token, peer);
    return outcome;
  }

  private OutcomeRecorded refused(TlsRequirement requirement, String reason) throws Exception {
    OutcomeRecorded outcome = deliver(requirement);
    OutcomeChecks.refused(outcome, reason, peer);
    assertThat(outcome.getToken()).isEqualTo("opportunistic/" + reason);
    return outcome;
  }

  @Test
  void aHostOfThePolicyWithAGoodCertificateGetsTheMail() throws Exception {
    policy("enforce", "*.signed.example");
    OutcomeRecorded outcome = delivered(OPPORTUNISTIC, "opportunistic:encryption-only+mta-sts");
    assertThat(outcome.getMtaSts().getDomain()).isEqualTo(DOMAIN);
    assertThat(outcome.getMtaSts().getId()).isEqualTo("1");
    assertThat(outcome.getMtaSts().getMode()).isEqualTo("enforce");
    assertThat(outcome.getMtaSts().getMxList()).containsExactly("*.signed.example");
    assertThat(outcome.getMtaSts().getMet()).isTrue();
  }

  @Test
  void theChainIsJudgedWithTheInstallationsAnchorsAndRevocationAsFarAsItGoes() throws Exception {
    policy("enforce", HOST);
    delivered(OPPORTUNISTIC, "opportunistic:encryption-only+mta-sts");
    assertThat(lab.questions)
        .singleElement()
        .satisfies(
            question -> {
              assertThat(question.anchors().getId()).isEmpty();
              assertThat(question.revocation()).isEqualTo(RevocationMode.REVOCATION_BEST_EFFORT);
            });
  }

  @Test
  void aHostThatThePolicyDoesNotNameIsNotDialled() throws Exception {
    policy("enforce", "mail.signed.example");
    refused(OPPORTUNISTIC, "mta-sts-mx-mismatch");
    assertThat(peer.sessions()).isEmpty();
  }

  @Test
  void strippedStartTlsGetsNothing() throws Exception {
    begin(ScriptedPeer.named(HOST).offerStartTls(false).start());
    policy("enforce", HOST);
    OutcomeRecorded outcome = refused(OPPORTUNISTIC, "mta-sts-starttls-not-supported");
    assertThat(outcome.getMtaSts().getMet()).isFalse();
    assertThat(outcome.getMtaSts().getFailure()).isEqualTo("mta-sts-starttls-not-supported");
  }

  @Test
  void aBrokenHandshakeIsNotFollowedByPlaintext() throws Exception {
    begin(ScriptedPeer.named(HOST).identity(GOOD).failHandshake().start());
    policy("enforce", HOST);
    refused(OPPORTUNISTIC, "mta-sts-starttls-not-supported");
    assertThat(peer.sessions()).as("with and without the hybrid group, both over TLS").hasSize(2);
  }

  @Test
  void aCertificateOfAnotherNameGetsNothing() throws Exception {
    begin(ScriptedPeer.named(HOST).identity(OTHER_NAME).start());
    policy("enforce", HOST);
    refused(OPPORTUNISTIC, "mta-sts-host-mismatch");
  }

  @Test
  void aBadCertificateGetsNothing() throws Exception {
    policy("enforce", HOST);
    lab.verdict(VerdictResult.BAD, VerdictReason.SELF_SIGNED);
    refused(OPPORTUNISTIC, "mta-sts-certificate-invalid");
  }

  @Test
  void anUnknownCertificateGetsNothing() throws Exception {
    policy("enforce", HOST);
    lab.verdict(VerdictResult.UNKNOWN, VerdictReason.UNAVAILABLE);
    refused(OPPORTUNISTIC, "verdict-unavailable");
  }

  @Test
  void aForgedMxRecordLeadsToNobody() throws Exception {
    policy("enforce", HOST);
    lab.dns.mx(DOMAIN, 5, "evil.example").a("evil.example", "127.0.0.1");
    OutcomeRecorded outcome = delivered(OPPORTUNISTIC, "opportunistic:encryption-only+mta-sts");
    assertThat(outcome.getHost()).isEqualTo(HOST);
    assertThat(peer.sessions()).hasSize(1);
  }

  @Test
  void aPolicyThatIsTriedOutHoldsNothingUpAndSaysWhatWouldHave() throws Exception {
    begin(ScriptedPeer.named(HOST).identity(OTHER_NAME).start());
    policy("testing", HOST);
    OutcomeRecorded outcome = delivered(OPPORTUNISTIC, "opportunistic:encryption-only");
    assertThat(outcome.getMtaSts().getMode()).isEqualTo("testing");
    assertThat(outcome.getMtaSts().getFailure()).isEqualTo("mta-sts-host-mismatch");
  }

  @Test
  void aPolicyThatCannotBeHadIsReportedAndDemandsNothing() throws Exception {
    OutcomeRecorded outcome = delivered(OPPORTUNISTIC, "opportunistic:encryption-only");
    assertThat(outcome.getMtaSts().getMode()).isEmpty();
    assertThat(outcome.getMtaSts().getFailure()).isEqualTo("sts-policy-fetch-error");
    assertThat(lab.policies.asked()).containsExactly(DOMAIN + "/1");
  }

  @Test
  void thePolicyTakesNothingFromTheConnectorsLevel() throws Exception {
    begin(ScriptedPeer.named(HOST).offerStartTls(false).start());
    policy("testing", HOST);
    TlsRequirement encrypted = OPPORTUNISTIC.toBuilder().setLevel(TlsLevel.ENCRYPTION_ONLY).build();
    OutcomeRecorded outcome = deliver(encrypted);
    assertThat(outcome.getToken()).isEqualTo("encryption-only/not-offered");
  }

  @Test
  void theSenderMaySetThePolicyAside() throws Exception {
    policy("enforce", "mail.signed.example");
    delivered(
        OPPORTUNISTIC.toBuilder().setRequireTls(RequireTls.TLS_REQUIRED_NO).build(),
        "opportunistic:encryption-only");
  }

  @Test
  void aConnectorMaySetThePolicyAside() throws Exception {
    policy("enforce", "mail.signed.example");
    delivered(
        OPPORTUNISTIC.toBuilder().setMtaSts(MtaStsMode.MTA_STS_NONE).build(),
        "opportunistic:encryption-only");
    assertThat(lab.policies.asked()).isEmpty();
  }

  @Test
  void daneThatAuthenticatesGoesFirst() throws Exception {
    policy("enforce", "mail.signed.example");
    publish(GOOD);
    delivered(withDane(), "opportunistic:encryption-only+dane");
  }

  @Test
  void aPolicyDoesNotMendWhatDaneRefuses() throws Exception {
    policy("enforce", HOST);
    publish(OTHER_NAME);
    refused(withDane(), "dane-tlsa-invalid");
  }

  private static TlsRequirement withDane() {
    return OPPORTUNISTIC.toBuilder().setDane(DaneMode.DANE_OPPORTUNISTIC).build();
  }

  private void publish(Identity identity) {
    Tlsa record = Tlsa.of(3, 1, 1, identity.der().getFirst());
    lab.dns.tlsa(HOST, peer.port(), 3, 1, 1, HexFormat.of().parseHex(record.data()));
  }

  @Test
  void aSmartHostsOwnNameIsItsPolicyDomain() throws Exception {
    lab.dns.txt("_mta-sts." + HOST, "v=STSv1; id=1");
    policyOf(HOST, "enforce", "elsewhere.example");
    NextHop hop =
        NextHop.newBuilder()
            .setProtocol(HopProtocol.SMTP)
            .setRoute("smart")
            .addSmartHosts(NextHopHost.newBuilder().setHost(HOST).setPort(peer.port()))
            .build();
    OutcomeRecorded outcome =
        lab.deliver(RelayLab.request(OPPORTUNISTIC, hop, "ann@elsewhere.example"));
    assertThat(outcome.getRecipients(0).getReason()).isEqualTo("mta-sts-mx-mismatch");
  }

  @Test
  void aKeptSessionIsNotUsedUnderAPolicyThatCameMeanwhile() throws Exception {
    policy("none");
    assertThat(deliver(OPPORTUNISTIC).getTimings().getConnectionReused()).isFalse();
    policy("enforce", HOST);
    assertThat(deliver(OPPORTUNISTIC).getTimings().getConnectionReused()).isFalse();
    assertThat(deliver(OPPORTUNISTIC).getTimings().getConnectionReused()).isTrue();
  }
}
