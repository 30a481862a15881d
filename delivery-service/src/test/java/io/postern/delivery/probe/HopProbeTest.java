package io.postern.delivery.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.ProbeState;
import io.postern.contracts.v1.ProbeStep;
import io.postern.contracts.v1.ProbedHop;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.delivery.relay.RelayLab;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.PeerStage;
import io.postern.lab.PeerStep;
import io.postern.lab.ScriptedPeer;
import io.postern.programs.FreePorts;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The walk of a validation against real peers: it says what a delivery would do, and sends nothing.
 */
class HopProbeTest {
  private static final LabCa CA = LabCa.create("Lab");
  private static final Identity GOOD = CA.issue(Issue.to("mail.fabrikam.com"));

  private final RelayLab lab = new RelayLab();
  private final List<ProbeStep> steps = new ArrayList<>();

  @AfterEach
  void stop() {
    lab.close();
  }

  private HopProbe probe(DeliveryRequested.Builder request) {
    return probe(lab, request, true);
  }

  private HopProbe probe(RelayLab at, DeliveryRequested.Builder request, boolean anyAddress) {
    HopProbe probe =
        new HopProbe(
            at.probing(),
            "contoso",
            ProbedHop.newBuilder()
                .setNextHop(request.getNextHop())
                .setRequirement(request.getRequirement())
                .build(),
            anyAddress,
            () -> true,
            steps::add);
    probe.walk();
    return probe;
  }

  private List<String> shown() {
    return steps.stream()
        .map(
            step ->
                step.getStep()
                    + (step.getState() == ProbeState.PROBE_PASSED
                        ? "+"
                        : step.getState() == ProbeState.PROBE_FAILED ? "-" : "."))
        .toList();
  }

  private ProbeStep step(String name) {
    return steps.stream().filter(step -> step.getStep().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void eachStepToAGoodHostIsShownAndNothingOfAnEnvelopeIsSent() {
    try (ScriptedPeer peer = ScriptedPeer.named("mail.fabrikam.com").identity(GOOD).start()) {
      HopProbe probe = probe(RelayLab.request(RelayLab.level(TlsLevel.DOMAIN_VALIDATION), peer));

      assertThat(shown())
          .containsExactly(
              "mail-hosts+",
              "dane.",
              "mta-sts.",
              "addresses+",
              "connect+",
              "greeting+",
              "EHLO+",
              "STARTTLS+",
              "handshake+",
              "EHLO+",
              "chain+",
              "verdict+",
              "name+",
              "requirement+");
      assertThat(probe.met()).isTrue();
      assertThat(step("handshake").getActual()).startsWith("TLSv1.3 TLS_");
      assertThat(step("chain").getChain(0).getNamesList()).containsExactly("mail.fabrikam.com");
      assertThat(step("requirement").getToken()).isEqualTo("domain-validation:domain-validation");
      assertThat(step("name").getExpected()).isEqualTo("mail.fabrikam.com");
      assertThat(step("requirement").getAddress()).isEqualTo("127.0.0.1:" + peer.port());
      assertThat(peer.envelopeSeen()).isFalse();
      assertThat(peer.sessions().getFirst().commands()).last().isEqualTo("QUIT");
    }
  }

  /**
   * One bad server among several defers mail now and then, and a delivery alone does not show it.
   */
  @Test
  void eachHostIsWalkedBehindAGoodOne() {
    try (ScriptedPeer good = ScriptedPeer.named("mail.fabrikam.com").identity(GOOD).start();
        ScriptedPeer other =
            ScriptedPeer.named("old.fabrikam.com")
                .identity(CA.issue(Issue.to("exchangeserver01.fabrikam.local")))
                .start()) {
      HopProbe probe =
          probe(RelayLab.request(RelayLab.level(TlsLevel.DOMAIN_VALIDATION), good, other));

      assertThat(probe.met()).isFalse();
      assertThat(probe.summary())
          .isEqualTo("1 of 2 addresses of fabrikam meet the requirement, 1 do not");
      assertThat(steps.getLast().getReason()).isEqualTo("name-mismatch");
      assertThat(steps.getLast().getDetail()).contains("exchangeserver01.fabrikam.local");
      assertThat(other.envelopeSeen()).isFalse();
    }
  }

  @Test
  void aHostThatIsNotThereIsShown() {
    HopProbe probe =
        probe(
            RelayLab.request(
                RelayLab.level(TlsLevel.ENCRYPTION_ONLY),
                RelayLab.mailHosts("nowhere.example"),
                "ann@nowhere.example"));
    assertThat(shown()).containsExactly("mail-hosts-");
    assertThat(step("mail-hosts").getReason()).isEqualTo("no-mail-host");
    assertThat(probe.met()).isFalse();
  }

  @Test
  void aPortWhereNobodyListensIsShown() {
    DeliveryRequested.Builder request = RelayLab.request(RelayLab.level(TlsLevel.ENCRYPTION_ONLY));
    request
        .getNextHopBuilder()
        .addSmartHostsBuilder()
        .setHost("127.0.0.1")
        .setPort(FreePorts.next());
    HopProbe probe = probe(request);
    assertThat(shown())
        .containsExactly("mail-hosts+", "dane.", "mta-sts.", "addresses+", "connect-");
    assertThat(step("connect").getReason()).isEqualTo("connect-failed");
    assertThat(probe.met()).isFalse();
  }

  /** An organization's administrator would else see which ports inside the cluster are open. */
  @ParameterizedTest
  @CsvSource({"true, connect+", "false, mail-hosts-"})
  void aSmartHostInsideIsDialledForTheOperatorAlone(boolean anyAddress, String shown)
      throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.named("mail.fabrikam.com").identity(GOOD).start();
        RelayLab outside = RelayLab.publicOnly(peer.port())) {
      HopProbe probe =
          probe(
              outside,
              RelayLab.request(RelayLab.level(TlsLevel.DOMAIN_VALIDATION), peer),
              anyAddress);

      assertThat(shown()).contains(shown);
      assertThat(probe.met()).isEqualTo(anyAddress);
      assertThat(peer.sessions()).hasSize(anyAddress ? 1 : 0);
      if (!anyAddress) {
        assertThat(step("mail-hosts").getReason()).isEqualTo("next-hop-not-approved");
      }
    }
  }

  /** A port of mail is not enough: a scan of the inner network finds no mail host either. */
  @Test
  void anUnapprovedSmartHostInsideIsNotDialledAtAPortOfMail() {
    try (RelayLab outside = RelayLab.publicOnly(1)) {
      DeliveryRequested.Builder request = DeliveryRequested.newBuilder();
      request
          .getNextHopBuilder()
          .addSmartHostsBuilder()
          .setHost("inside.example")
          .setPort(587)
          .setUnapproved(true);
      outside.dns.a("inside.example", "127.0.0.77");
      request.setRequirement(RelayLab.level(TlsLevel.ENCRYPTION_ONLY));
      assertThat(probe(outside, request, true).met()).isFalse();
      // Nor does a name tell where it leads.
      assertThat(steps.toString()).doesNotContain("127.0.0.77");
      assertThat(shown()).contains("addresses-").doesNotContain("connect-", "connect+");
      assertThat(step("addresses").getReason()).isEqualTo("next-hop-not-approved");
    }
  }

  /** The token of the validation is that of a delivery to the same host. */
  @ParameterizedTest
  @CsvSource({
    "OPPORTUNISTIC, good",
    "OPPORTUNISTIC, no-starttls",
    "OPPORTUNISTIC, refuses-starttls",
    "OPPORTUNISTIC, wrong-name",
    "OPPORTUNISTIC, bad",
    "ENCRYPTION_ONLY, good",
    "ENCRYPTION_ONLY, no-starttls",
    "ENCRYPTION_ONLY, refuses-starttls",
    "ENCRYPTION_ONLY, handshake-fails",
    "ENCRYPTION_ONLY, bad",
    "CERTIFICATE_VALIDATION, good",
    "CERTIFICATE_VALIDATION, wrong-name",
    "CERTIFICATE_VALIDATION, bad",
    "CERTIFICATE_VALIDATION, no-starttls",
    "DOMAIN_VALIDATION, good",
    "DOMAIN_VALIDATION, wrong-name",
    "DOMAIN_VALIDATION, bad",
    "DOMAIN_VALIDATION, handshake-fails",
  })
  void aValidationSaysWhatADeliveryDoes(TlsLevel level, String kind) throws Exception {
    if (kind.equals("bad")) {
      lab.verdict(VerdictResult.BAD, VerdictReason.REVOKED);
    }
    try (ScriptedPeer peer = peer(kind)) {
      DeliveryRequested.Builder request = RelayLab.request(RelayLab.level(level), peer);
      HopProbe probe = probe(request);
      assertThat(peer.envelopeSeen()).isFalse();
      OutcomeRecorded outcome = lab.deliver(request);

      ProbeStep ruling =
          steps.stream().filter(step -> !step.getToken().isEmpty()).findFirst().orElseThrow();
      assertThat(ruling.getToken()).isEqualTo(outcome.getToken());
      assertThat(probe.met()).isEqualTo(outcome.getToken().contains(":"));
      assertThat(ruling.getReason())
          .isEqualTo(probe.met() ? "" : outcome.getRecipients(0).getReason());
    }
  }

  private static ScriptedPeer peer(String kind) {
    ScriptedPeer.Builder peer = ScriptedPeer.named("mail.fabrikam.com").identity(GOOD);
    return switch (kind) {
      case "no-starttls" -> peer.offerStartTls(false).start();
      case "refuses-starttls" ->
          peer.on(PeerStage.STARTTLS, PeerStep.answer(454, "4.7.0", "not now")).start();
      case "handshake-fails" -> peer.failHandshake().start();
      case "wrong-name" -> peer.identity(CA.issue(Issue.to("other.example"))).start();
      default -> peer.start();
    };
  }
}
