package io.postern.delivery.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.DaneMode;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.MtaStsMode;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.StsPolicyState;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
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
 * DANE and MTA-STS with smart hosts: they are for the smart host's name (RFC 7672 §2.2, RFC 8461
 * §3.4), never for the recipient's domain. The words of New-OutboundConnector about SmtpDaneMode
 * and MtaStsMode (2026-08-21) are the names of the tests with "Exchange".
 */
class SmartHostPoliciesTest {
  private static final String SMART = "smart.signed.example";
  private static final String MX = "mx1.signed.example";
  private static final String RECIPIENTS = "recipients.example";
  private static final LabCa CA = LabCa.create("Lab");
  private static final Identity GOOD = CA.issue(Issue.to(SMART));
  private static final Identity MAIL_HOST = CA.issue(Issue.to(MX));
  private static final Identity OTHER = CA.issue(Issue.to("other.example"));

  /** As a connector's that says nothing about either. */
  private static final TlsRequirement DEFAULT =
      RelayLab.level(TlsLevel.OPPORTUNISTIC).toBuilder()
          .setDane(DaneMode.DANE_OPPORTUNISTIC)
          .setMtaSts(MtaStsMode.MTA_STS_OPPORTUNISTIC)
          .build();

  @TempDir Path folder;
  private final LabZones zones =
      new LabZones()
          .signed("example")
          .signed("signed.example")
          .signed(RECIPIENTS)
          .insecure("plain.example");
  private ScriptedPeer peer = ScriptedPeer.named(SMART).start();
  private RelayLab lab = new RelayLab();

  @BeforeEach
  void start() throws Exception {
    begin(ScriptedPeer.named(SMART).identity(GOOD));
  }

  private void begin(ScriptedPeer.Builder next) throws Exception {
    end();
    peer = next.start();
    Path anchors = Files.writeString(folder.resolve("root"), zones.rootAnchor() + "\n");
    lab = RelayLab.validating(peer.port(), anchors);
    lab.dns.signedBy(zones).a(SMART, "127.0.0.1").a(MX, "127.0.0.1");
  }

  @AfterEach
  void end() {
    lab.close();
    peer.close();
  }

  private OutcomeRecorded deliver(TlsRequirement requirement, String smartHost) throws Exception {
    NextHop hop =
        NextHop.newBuilder()
            .setProtocol(HopProtocol.SMTP)
            .setRoute("smart")
            .addSmartHosts(NextHopHost.newBuilder().setHost(smartHost).setPort(peer.port()))
            .build();
    return lab.deliver(RelayLab.request(requirement, hop, "ann@" + RECIPIENTS));
  }

  private void delivered(TlsRequirement requirement, String token) throws Exception {
    OutcomeChecks.delivered(deliver(requirement, SMART), token, peer);
  }

  private void refused(TlsRequirement requirement, String reason) throws Exception {
    OutcomeChecks.refused(deliver(requirement, SMART), reason, peer);
  }

  private static TlsRequirement mandatory() {
    return DEFAULT.toBuilder().setDane(DaneMode.DANE_MANDATORY).build();
  }

  private void publish(String host, Tlsa record) {
    byte[] data = HexFormat.of().parseHex(record.data());
    lab.dns.tlsa(host, peer.port(), record.usage(), record.selector(), record.matchingType(), data);
  }

  private static Tlsa leaf(Identity identity) {
    return Tlsa.of(3, 1, 1, identity.der().getFirst());
  }

  private void policy(String domain, String mode, String mx) {
    lab.dns.txt("_mta-sts." + domain, "v=STSv1; id=1");
    lab.policies.publish(
        StsPolicyState.newBuilder()
            .setDomain(domain)
            .setId("1")
            .setMode(mode)
            .addMx(mx)
            .setMaxAgeSeconds(86_400)
            .setFetchedMillis(System.currentTimeMillis())
            .build());
  }

  @Test
  void exchange_opportunistic_withoutDaneTheConnectorsOwnSettingsApply() throws Exception {
    begin(ScriptedPeer.named(SMART).offerStartTls(false));
    delivered(DEFAULT, "opportunistic:none(not-offered)");
  }

  @Test
  void theKeyOfTheSmartHostIsCompared() throws Exception {
    publish(SMART, leaf(GOOD));
    delivered(DEFAULT, "opportunistic:encryption-only+dane");
  }

  @Test
  void exchange_opportunistic_aMismatchIsQueued() throws Exception {
    publish(SMART, leaf(OTHER));
    refused(DEFAULT, "dane-tlsa-invalid");
  }

  @Test
  void exchange_opportunistic_bogusDnssecIsQueued() throws Exception {
    publish(SMART, leaf(GOOD));
    zones.signing("signed.example", Signing.WRONG_KEY);
    refused(DEFAULT, "dnssec-invalid");
    assertThat(peer.sessions()).isEmpty();
  }

  private void begin(boolean selfTested) throws Exception {
    end();
    peer = ScriptedPeer.named(SMART).identity(GOOD).start();
    Path anchors = Files.writeString(folder.resolve("root"), zones.rootAnchor() + "\n");
    lab =
        selfTested
            ? RelayLab.selfTested(peer.port(), anchors)
            : RelayLab.validating(peer.port(), anchors);
    lab.dns.signedBy(zones).a(SMART, "127.0.0.1").a(MX, "127.0.0.1");
    if (selfTested) {
      lab.selfTest();
    }
  }

  /** The default: an inner server answers for names below a signed zone, as it always did. */
  @Test
  void automaticallyMailToAHostThatAnInnerServerAnswersForGoesOn() throws Exception {
    begin(true);
    zones.signing("signed.example", Signing.LEFT_OUT);
    OutcomeRecorded outcome = deliver(DEFAULT, SMART);
    OutcomeChecks.delivered(outcome, "opportunistic:encryption-only", peer);
    assertThat(outcome.getDane().getUnproven()).contains(SMART);
    assertThat(lab.unproven()).contains(SMART);
  }

  @Test
  void automaticallyItsMailHostsAreUsedToo() throws Exception {
    begin(true);
    zones.signing("signed.example", Signing.LEFT_OUT);
    lab.dns.mx(SMART, 10, MX);
    OutcomeChecks.delivered(deliver(DEFAULT, SMART), "opportunistic:encryption-only", peer);
  }

  @Test
  void automaticallyWhatIsProvenCounts() throws Exception {
    begin(true);
    publish(SMART, leaf(OTHER));
    refused(DEFAULT, "dane-tlsa-invalid");
  }

  /** Settings that an administrator has written stay strict, and so do mail hosts of others. */
  @Test
  void whatIsDemandedIsNotSetAsideAutomatically() throws Exception {
    begin(true);
    zones.signing("signed.example", Signing.LEFT_OUT);
    refused(mandatory(), "dnssec-invalid");
    lab.dns.mailDomain("signed.example", MX);
    OutcomeChecks.refused(
        lab.deliver(
            RelayLab.request(DEFAULT, RelayLab.mailHosts("signed.example"), "a@signed.example")),
        "dnssec-invalid",
        peer);
    begin(false);
    refused(DEFAULT, "dnssec-invalid");
    assertThat(peer.sessions()).isEmpty();
  }

  @Test
  void exchange_opportunistic_aSecondaryMxIsTried() throws Exception {
    lab.dns
        .mx(SMART, 10, "bad.signed.example")
        .mx(SMART, 20, MX)
        .a("bad.signed.example", "127.0.0.1");
    publish("bad.signed.example", leaf(OTHER));
    publish(MX, leaf(GOOD));
    delivered(DEFAULT, "opportunistic:encryption-only+dane");
  }

  @Test
  void exchange_mandatory_withoutRecordsItIsQueued() throws Exception {
    refused(mandatory(), "dane-not-published");
    assertThat(peer.sessions()).isEmpty();
  }

  @Test
  void exchange_none_aMismatchIsSent() throws Exception {
    publish(SMART, leaf(OTHER));
    delivered(
        DEFAULT.toBuilder().setDane(DaneMode.DANE_NONE).build(), "opportunistic:encryption-only");
  }

  /** RFC 7672 §2.2.2: the base domain is the mail host's, where its MX record is proven. */
  @Test
  void aProvenMxRecordMakesItsHostTheOneToCompare() throws Exception {
    begin(ScriptedPeer.named(MX).identity(MAIL_HOST));
    lab.dns.mx(SMART, 10, MX);
    publish(SMART, leaf(OTHER));
    publish(MX, leaf(MAIL_HOST));
    OutcomeRecorded outcome = deliver(mandatory(), SMART);
    OutcomeChecks.delivered(outcome, "opportunistic:encryption-only+dane", peer);
    assertThat(outcome.getDane().getBase()).isEqualTo(MX);
    assertThat(outcome.getTlsFacts().getServerName()).isEqualTo(MX);
  }

  /** RFC 7672 §3.2.2: with usage 2 the certificate may have the name of the next hop. */
  @Test
  void behindAProvenMxRecordTheSmartHostsNameWillDoToo() throws Exception {
    lab.dns.mx(SMART, 10, MX);
    publish(MX, Tlsa.of(2, 0, 1, GOOD.der().get(1)));
    delivered(mandatory(), "opportunistic:encryption-only+dane");
  }

  /** Whoever forges the record publishes TLSA records for his host as well. */
  @Test
  void behindAnUnprovenMxRecordNoTlsaRecordCounts() throws Exception {
    lab.dns.mx("smart.plain.example", 10, MX);
    publish(MX, leaf(GOOD));
    OutcomeChecks.refused(deliver(mandatory(), "smart.plain.example"), "dane-not-published", peer);
    OutcomeRecorded outcome = deliver(DEFAULT, "smart.plain.example");
    OutcomeChecks.delivered(outcome, "opportunistic:encryption-only", peer);
    assertThat(outcome.hasDane()).isFalse();
  }

  @Test
  void aForgedMxRecordOfASignedSmartHostLeadsNowhere() throws Exception {
    lab.dns.mx(SMART, 10, "mx.plain.example").a("mx.plain.example", "127.0.0.1");
    zones.signing("signed.example", Signing.WRONG_KEY);
    refused(
        DEFAULT.toBuilder().setDane(DaneMode.DANE_NONE).setMtaSts(MtaStsMode.MTA_STS_NONE).build(),
        "dnssec-invalid");
    assertThat(peer.sessions()).isEmpty();
  }

  @Test
  void requireTlsTakesAProvenMailHostByItsOwnName() throws Exception {
    begin(ScriptedPeer.named(MX).identity(MAIL_HOST).capabilities("REQUIRETLS"));
    lab.dns.mx(SMART, 10, MX);
    TlsRequirement requirement =
        RelayLab.level(TlsLevel.CERTIFICATE_VALIDATION).toBuilder()
            .setRequireTls(RequireTls.REQUIRE_TLS_YES)
            .build();
    delivered(requirement, "certificate-validation:certificate-validation");
  }

  /** An address has neither records nor a policy. */
  @Test
  void withAnAddressNothingIsAskedOfTheDns() throws Exception {
    OutcomeChecks.delivered(deliver(DEFAULT, "127.0.0.1"), "opportunistic:encryption-only", peer);
    assertThat(lab.dns.queries()).isEmpty();
    assertThat(deliver(mandatory(), "127.0.0.1").getRecipients(0).getReason())
        .isEqualTo("dane-not-published");
  }

  /** RFC 8461 §3.4. */
  @Test
  void thePolicyOfTheSmartHostCountsAndNeverThatOfTheRecipients() throws Exception {
    policy(RECIPIENTS, "enforce", "mx.recipients.example");
    delivered(DEFAULT, "opportunistic:encryption-only");
    assertThat(lab.dns.queries()).noneMatch(query -> query.contains(RECIPIENTS));
  }

  @Test
  void exchange_mtaSts_enforce_aFailureIsQueued() throws Exception {
    policy(SMART, "enforce", SMART);
    delivered(DEFAULT, "opportunistic:encryption-only+mta-sts");
    begin(ScriptedPeer.named(SMART).identity(OTHER));
    policy(SMART, "enforce", SMART);
    refused(DEFAULT, "mta-sts-host-mismatch");
  }

  @Test
  void exchange_mtaSts_none_isNotChecked() throws Exception {
    policy(SMART, "enforce", "elsewhere.example");
    delivered(
        DEFAULT.toBuilder().setMtaSts(MtaStsMode.MTA_STS_NONE).build(),
        "opportunistic:encryption-only");
  }

  @Test
  void exchange_mtaSts_testingHoldsNothingUp() throws Exception {
    policy(SMART, "testing", "elsewhere.example");
    delivered(DEFAULT, "opportunistic:encryption-only");
  }
}
