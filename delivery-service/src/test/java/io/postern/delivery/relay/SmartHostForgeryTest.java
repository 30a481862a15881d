package io.postern.delivery.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.DaneMode;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.MtaStsMode;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.ProbeStep;
import io.postern.contracts.v1.ProbedHop;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.StsPolicyState;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.delivery.probe.HopProbe;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.ScriptedPeer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Forged MX records of a smart host: they lead to a host with a good certificate for its own name.
 * What an administrator configured is proved, never the answer of the DNS.
 */
class SmartHostForgeryTest {
  private static final String SMART = "relay.contoso.com";
  private static final String FORGED = "mx.attacker.example";
  private static final String PASSWORD = "pencil-of-contoso";
  private static final LabCa CA = LabCa.create("Lab");
  private static final Identity ATTACKER = CA.issue(Issue.to(FORGED));
  private static final Identity SMART_HOST = CA.issue(Issue.to(SMART));

  @TempDir private Path folder;
  private ScriptedPeer peer = ScriptedPeer.named(FORGED).start();
  private RelayLab lab = new RelayLab();

  @BeforeEach
  void begin() throws Exception {
    Files.createDirectories(folder.resolve("contoso"));
    Files.writeString(folder.resolve("contoso/relay.user"), "contoso\n");
    Path secret = Files.writeString(folder.resolve("contoso/relay.password"), PASSWORD + "\n");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    begin(ATTACKER, "SCRAM-SHA-256", "PLAIN");
  }

  private void begin(Identity identity, String... mechanisms) {
    stop();
    ScriptedPeer.Builder host =
        ScriptedPeer.named(FORGED).identity(identity).capabilities("REQUIRETLS");
    peer = (mechanisms.length == 0 ? host : host.login("contoso", PASSWORD, mechanisms)).start();
    lab = new RelayLab(Optional.of(folder), peer.port());
    lab.dns.mx(SMART, 10, FORGED).a(FORGED, "127.0.0.1").a(SMART, "127.0.0.9");
  }

  @AfterEach
  void stop() {
    peer.close();
    lab.close();
  }

  private NextHop hop(String host, String credentials) {
    return NextHop.newBuilder()
        .setProtocol(HopProtocol.SMTP)
        .setRoute("smart:" + host)
        .setCredentials(credentials)
        .addSmartHosts(NextHopHost.newBuilder().setHost(host).setPort(peer.port()))
        .build();
  }

  private OutcomeRecorded deliver(TlsRequirement requirement, String credentials) throws Exception {
    return lab.deliver(RelayLab.request(requirement, hop(SMART, credentials), "ann@fabrikam.com"));
  }

  private static TlsRequirement level(TlsLevel level) {
    TlsRequirement requirement = RelayLab.level(level);
    return level == TlsLevel.DOMAIN_VALIDATION
        ? requirement.toBuilder().setTlsDomain(SMART).build()
        : requirement;
  }

  private static TlsRequirement policies(TlsLevel level) {
    return level(level).toBuilder().setMtaSts(MtaStsMode.MTA_STS_OPPORTUNISTIC).build();
  }

  private void policy(String domain, String mx) {
    lab.dns.txt("_mta-sts." + domain, "v=STSv1; id=1");
    lab.policies.publish(
        StsPolicyState.newBuilder()
            .setDomain(domain)
            .setId("1")
            .setMode("enforce")
            .addMx(mx)
            .setMaxAgeSeconds(86_400)
            .setFetchedMillis(System.currentTimeMillis())
            .build());
  }

  /** Deferred, and the host has seen neither AUTH nor MAIL. */
  private RecipientOutcome nothingSaid(OutcomeRecorded outcome, String reason) {
    RecipientOutcome recipient = outcome.getRecipients(0);
    assertThat(recipient.getKind()).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(recipient.getReason()).as(recipient.getDetail()).isEqualTo(reason);
    assertThat(peer.sessions())
        .allSatisfy(
            session ->
                assertThat(session.commands())
                    .noneMatch(line -> line.startsWith("AUTH") || line.startsWith("MAIL")));
    return recipient;
  }

  /** SCRAM too: a host that cannot prove itself would still learn the user and try passwords. */
  @ParameterizedTest
  @CsvSource({
    "ENCRYPTION_ONLY, PLAIN",
    "ENCRYPTION_ONLY, SCRAM-SHA-256",
    "ENCRYPTION_ONLY, SCRAM-SHA-256-PLUS",
    "CERTIFICATE_VALIDATION, PLAIN",
    "CERTIFICATE_VALIDATION, SCRAM-SHA-256"
  })
  void noCredentialsGoToIt(TlsLevel level, String mechanism) throws Exception {
    begin(ATTACKER, mechanism);
    RecipientOutcome outcome =
        nothingSaid(deliver(level(level), "contoso/relay"), "auth-not-offered");
    assertThat(outcome.getDetail()).contains(SMART);
    assertThat(peer.sessions()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "contoso/relay"})
  void itsCertificateIsNotThatOfTheTlsDomain(String credentials) throws Exception {
    nothingSaid(deliver(level(TlsLevel.DOMAIN_VALIDATION), credentials), "name-mismatch");
  }

  @Test
  void requireTlsAsksForTheConfiguredName() throws Exception {
    TlsRequirement requirement =
        level(TlsLevel.CERTIFICATE_VALIDATION).toBuilder()
            .setRequireTls(RequireTls.REQUIRE_TLS_YES)
            .build();
    nothingSaid(deliver(requirement, ""), "name-mismatch");
    begin(SMART_HOST);
    assertThat(deliver(requirement, "").getRecipients(0).getKind())
        .isEqualTo(OutcomeKind.DELIVERED);
  }

  @Test
  void aPolicyOfTheSmartHostDoesNotNameIt() throws Exception {
    policy(SMART, SMART);
    nothingSaid(deliver(policies(TlsLevel.OPPORTUNISTIC), ""), "mta-sts-mx-mismatch");
    assertThat(peer.sessions()).isEmpty();
  }

  @Test
  void itsOwnPolicyProvesNothing() throws Exception {
    policy(FORGED, FORGED);
    policy("attacker.example", FORGED);
    nothingSaid(
        deliver(policies(TlsLevel.CERTIFICATE_VALIDATION), "contoso/relay"), "auth-not-offered");
  }

  @Test
  void mandatoryDaneNeedsAProofOfTheMxRecord() throws Exception {
    TlsRequirement requirement =
        level(TlsLevel.OPPORTUNISTIC).toBuilder().setDane(DaneMode.DANE_MANDATORY).build();
    nothingSaid(deliver(requirement, ""), "dane-unavailable");
  }

  @Test
  void noPrivateAddressIsDialled() throws Exception {
    lab.close();
    lab = RelayLab.publicOnly(peer.port());
    for (String target : new String[] {FORGED, "inside.contoso.com", "127.0.0.1", "localhost"}) {
      lab.dns.remove(SMART);
      lab.dns.mx(SMART, 10, target).a(target, "127.0.0.1");
      OutcomeRecorded outcome = deliver(level(TlsLevel.OPPORTUNISTIC), "");
      assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DEFERRED);
      assertThat(outcome.getRecipients(0).getDetail())
          .contains("no public address")
          .doesNotContain("127.0");
      assertThat(peer.sessions()).isEmpty();
    }
  }

  /** The permission of an administrator is for the name: whoever forges its MX can name it too. */
  @Test
  void theConfiguredHostMayBeInsideAlsoAsItsOwnMailHost() throws Exception {
    begin(SMART_HOST);
    lab.close();
    lab = RelayLab.publicOnly(peer.port());
    lab.dns.mx(SMART, 10, SMART).a(SMART, "127.0.0.1");
    assertThat(deliver(level(TlsLevel.OPPORTUNISTIC), "").getRecipients(0).getKind())
        .isEqualTo(OutcomeKind.DELIVERED);
  }

  @Test
  void aMailHostWithTheSmartHostsNameIsAuthenticatedTo() throws Exception {
    begin(SMART_HOST, "PLAIN");
    assertThat(
            deliver(level(TlsLevel.CERTIFICATE_VALIDATION), "contoso/relay")
                .getRecipients(0)
                .getKind())
        .isEqualTo(OutcomeKind.DELIVERED);
  }

  /** RFC 8461 §3.4: whoever forges the record cannot forge the policy that names the host. */
  @Test
  void aPolicyOfTheSmartHostProvesItsMailHost() throws Exception {
    policy(SMART, FORGED);
    OutcomeRecorded outcome = deliver(policies(TlsLevel.ENCRYPTION_ONLY), "contoso/relay");
    assertThat(outcome.getRecipients(0).getKind())
        .as(outcome.getRecipients(0).getDetail())
        .isEqualTo(OutcomeKind.DELIVERED);
    assertThat(outcome.getMtaSts().getDomain()).isEqualTo(SMART);
  }

  /** T3: this level asks for no name; an address that is forged gets the mail all the same. */
  @Test
  void withoutCredentialsALevelWithoutANameAsksForNone() throws Exception {
    begin(ATTACKER);
    assertThat(deliver(level(TlsLevel.CERTIFICATE_VALIDATION), "").getRecipients(0).getKind())
        .isEqualTo(OutcomeKind.DELIVERED);
  }

  /** By the same rules as a delivery: nobody's password is tried out on a forged host. */
  @ParameterizedTest
  @CsvSource({
    "ENCRYPTION_ONLY, auth-not-offered",
    "CERTIFICATE_VALIDATION, auth-not-offered",
    "DOMAIN_VALIDATION, name-mismatch"
  })
  void aValidationGivesItNoCredentialsEither(TlsLevel level, String reason) {
    List<ProbeStep> steps = new ArrayList<>();
    HopProbe probe = probe(lab, level, true, steps);
    assertThat(probe.met()).isFalse();
    assertThat(steps).anySatisfy(step -> assertThat(step.getReason()).isEqualTo(reason));
    assertThat(steps.getFirst().getDetail()).contains("MX records, not secured by DNSSEC");
    assertThat(steps.getFirst().getActual()).isEqualTo("10 " + FORGED + ":" + peer.port());
    assertThat(steps)
        .filteredOn(step -> step.getStep().equals("name"))
        .singleElement()
        .satisfies(step -> assertThat(step.getExpected()).isEqualTo(SMART));
    assertThat(peer.sessions())
        .allSatisfy(
            session -> assertThat(session.commands()).noneMatch(line -> line.startsWith("AUTH")));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aValidationDoesNotLookInside(boolean anyAddress) {
    List<ProbeStep> steps = new ArrayList<>();
    try (RelayLab outside = RelayLab.publicOnly(peer.port())) {
      outside.dns.mx(SMART, 10, FORGED).a(FORGED, "127.0.0.1");
      assertThat(probe(outside, TlsLevel.ENCRYPTION_ONLY, anyAddress, steps).met()).isFalse();
    }
    assertThat(steps.getLast().getReason())
        .isEqualTo(anyAddress ? "private-address" : "next-hop-not-approved");
    assertThat(peer.sessions()).isEmpty();
  }

  private HopProbe probe(RelayLab at, TlsLevel level, boolean anyAddress, List<ProbeStep> steps) {
    HopProbe probe =
        new HopProbe(
            at.probing(),
            "contoso",
            ProbedHop.newBuilder()
                .setNextHop(hop(SMART, at == lab ? "contoso/relay" : ""))
                .setRequirement(level(level))
                .build(),
            anyAddress,
            () -> true,
            steps::add);
    probe.walk();
    return probe;
  }

  /** Else a hostile zone would keep one delivery for the time of 200 look-ups. */
  @Test
  void theMailHostsOfAllSmartHostsTogetherAreBounded() throws Exception {
    NextHop.Builder hop = hop(SMART, "").toBuilder().clearSmartHosts();
    for (int i = 0; i < 20; i++) {
      String smartHost = "s" + i + ".hostile.example";
      hop.addSmartHosts(NextHopHost.newBuilder().setHost(smartHost).setPort(peer.port()));
      for (int mx = 0; mx < 10; mx++) {
        lab.dns.mx(smartHost, mx, "h" + mx + "." + smartHost);
      }
    }
    OutcomeRecorded outcome =
        lab.deliver(
            RelayLab.request(level(TlsLevel.OPPORTUNISTIC), hop.build(), "ann@fabrikam.com"));
    assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(lab.dns.queries().stream().filter(query -> query.startsWith("A h")))
        .hasSizeBetween(20, 29);
  }

  @Test
  void aSessionOfOneSmartHostIsNotUsedForAnother() throws Exception {
    lab.dns.mx("relay.fabrikam.com", 10, FORGED);
    deliver(level(TlsLevel.ENCRYPTION_ONLY), "");
    OutcomeRecorded other =
        lab.deliver(
            RelayLab.request(
                level(TlsLevel.ENCRYPTION_ONLY),
                hop("relay.fabrikam.com", ""),
                "ann@fabrikam.com"));
    assertThat(other.getTimings().getConnectionReused()).isFalse();
    OutcomeRecorded again = deliver(level(TlsLevel.ENCRYPTION_ONLY), "");
    assertThat(again.getTimings().getConnectionReused()).isTrue();
    OutcomeRecorded byMx =
        lab.deliver(
            RelayLab.request(
                level(TlsLevel.ENCRYPTION_ONLY),
                RelayLab.mailHosts("relay.fabrikam.com"),
                "ann@fabrikam.com"));
    assertThat(byMx.getTimings().getConnectionReused()).isFalse();
  }
}
