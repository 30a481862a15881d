package io.postern.rules.again;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.ConnectorMode;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.ReportedDecision;
import io.postern.contracts.v1.ReportedRequirement;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.rules.Directory;
import io.postern.rules.OutboundMail;
import io.postern.rules.RandomDirectories;
import io.postern.rules.Sample;
import io.postern.rules.inbound.InboundDecision;
import io.postern.rules.inbound.InboundFacts;
import io.postern.rules.inbound.InboundRules;
import io.postern.rules.outbound.OutboundDecision;
import io.postern.rules.outbound.OutboundRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Connectors in report-only mode: they change no decision, and say what they would have done. */
class ReportOnlyTest {
  private static final int ROUNDS = 10_000;

  private static Directory directory(ConnectorMode mode) {
    return Sample.directory(
        Sample.organization("contoso"),
        Sample.domain("contoso", "contoso.com"),
        Sample.partnerIn(
            "contoso",
            "From Fabrikam",
            c ->
                c.addSenderDomains("fabrikam.com")
                    .setRequireTls(true)
                    .setTlsSenderCertificateName("mail.fabrikam.com")
                    .setRestrictDomainsToCertificate(true)
                    .setMode(mode)),
        Sample.onPremisesIn(
            "contoso", "Own", c -> c.addSenderIpAddresses("192.0.2.1").setMode(mode)),
        Sample.partnerOut("contoso", "All", c -> c.addRecipientDomains("*")),
        Sample.partnerOut(
            "contoso",
            "To Fabrikam",
            c ->
                c.addRecipientDomains("fabrikam.com")
                    .setTlsSettings(TlsLevel.DOMAIN_VALIDATION)
                    .setTlsDomain("mail.fabrikam.com")
                    .setMode(mode)));
  }

  private static ReportedDecisions reported(
      Directory directory,
      InboundFacts facts,
      String recipient,
      Function<VerdictQuestion, @Nullable CertificateVerdict> known) {
    return ReportedDecisions.of(
        directory,
        facts,
        recipient,
        InboundRules.decide(directory, facts, recipient, Sample.NEVER_ASKED),
        known);
  }

  private static ReportedDecision own(ReportedDecisions reported) {
    return java.util.Objects.requireNonNull(reported.own());
  }

  @Test
  void aMailThatWouldBeRefusedIsTakenAndTheReportHasTheReply() {
    Directory directory = directory(ConnectorMode.REPORT_ONLY);
    InboundFacts facts = Sample.plain("198.51.100.1", "fabrikam.com");
    assertThat(InboundRules.decide(directory, facts, "contoso.com", Sample.NEVER_ASKED))
        .isInstanceOfSatisfying(
            InboundDecision.Accept.class, accept -> assertThat(accept.connector()).isEmpty());
    ReportedDecision report = own(reported(directory, facts, "contoso.com", Sample.NEVER_ASKED));
    assertThat(report.getConnector()).isEqualTo("From Fabrikam");
    assertThat(report.getAccepted()).isFalse();
    assertThat(report.getCode()).isEqualTo(550);
    assertThat(report.getEnhancedCode()).isEqualTo("5.7.3");
    assertThat(report.getRule()).isEqualTo("requireTls");
    assertThat(report.getOrganization()).isEqualTo("contoso");
  }

  @Test
  void aVerdictThatOnlyTheReportNeedsIsNotWaitedFor() {
    Directory directory = directory(ConnectorMode.REPORT_ONLY);
    InboundFacts facts = Sample.tls("198.51.100.1", "fabrikam.com", "mail.fabrikam.com");
    ReportedDecisions open = reported(directory, facts, "contoso.com", Sample.NOTHING_KNOWN);
    assertThat(own(open).getVerdict()).isEqualTo("unknown/not-asked");
    assertThat(own(open).getCode()).isZero();
    assertThat(own(open).getAccepted()).isFalse();
    assertThat(open.questions()).hasSize(1);
    ReportedDecisions good = reported(directory, facts, "contoso.com", Sample.GOOD);
    assertThat(own(good).getAccepted()).isTrue();
    assertThat(own(good).getVerdict()).isEqualTo("good");
    assertThat(good.questions()).isEmpty();
    ReportedDecisions revoked =
        reported(
            directory,
            facts,
            "contoso.com",
            Sample.verdict(VerdictResult.BAD, VerdictReason.REVOKED));
    assertThat(own(revoked).getCode()).isEqualTo(454);
    assertThat(own(revoked).getVerdict()).isEqualTo("bad/revoked");
    ReportedDecisions unavailable =
        reported(
            directory,
            facts,
            "contoso.com",
            Sample.verdict(VerdictResult.UNKNOWN, VerdictReason.UNAVAILABLE));
    assertThat(own(unavailable).getCode()).isEqualTo(451);
  }

  @Test
  void aMailThatIsRefusedSaysThatAReportingConnectorWouldLetItIn() {
    Directory directory = directory(ConnectorMode.REPORT_ONLY);
    InboundFacts facts = Sample.plain("192.0.2.1", "contoso.com");
    assertThat(InboundRules.decide(directory, facts, "outside.example", Sample.NEVER_ASKED))
        .isInstanceOf(InboundDecision.Refuse.class);
    ReportedDecision report =
        own(reported(directory, facts, "outside.example", Sample.NEVER_ASKED));
    assertThat(report.getAccepted()).isTrue();
    assertThat(report.getConnector()).isEqualTo("Own");
  }

  @Test
  void aMailThatIsNoneOfItsConcernHasNoReport() {
    InboundFacts other = Sample.plain("198.51.100.1", "other.example");
    assertThat(
            reported(directory(ConnectorMode.REPORT_ONLY), other, "contoso.com", Sample.NEVER_ASKED)
                .own())
        .isNull();
    Directory none = directory(ConnectorMode.ENFORCE);
    assertThat(none.enforced()).as("nothing is made while nobody reports").isNull();
  }

  @Test
  void aRequirementIsReportedAndBindsNobody() {
    Directory directory = directory(ConnectorMode.REPORT_ONLY);
    assertThat(out(directory, "fabrikam.com"))
        .isInstanceOfSatisfying(
            OutboundDecision.Deliver.class,
            deliver -> {
              assertThat(deliver.connector()).isEqualTo("All");
              assertThat(deliver.requirement().getLevel()).isEqualTo(TlsLevel.OPPORTUNISTIC);
            });
    ReportedRequirement reported = java.util.Objects.requireNonNull(required(directory));
    assertThat(reported.getConnector()).isEqualTo("To Fabrikam");
    assertThat(reported.getRequirement().getTlsDomain()).isEqualTo("mail.fabrikam.com");
    assertThat(reported.getRoute()).isEqualTo("mx:fabrikam.com");
    assertThat(required(directory(ConnectorMode.ENFORCE))).isNull();
  }

  /** Any random connectors may report: the decision is that without them, the report that with. */
  @Test
  void reportingConnectorsDecideAsIfTheyWereNotThereAndReportAsIfTheyWereEnforced() {
    RandomDirectories random = new RandomDirectories(13);
    Random choice = new Random(17);
    int reports = 0;
    for (int round = 0; round < ROUNDS; round++) {
      List<DirectoryObject> enforced = random.objects();
      List<DirectoryObject> reporting = new ArrayList<>();
      List<DirectoryObject> without = new ArrayList<>();
      for (DirectoryObject object : enforced) {
        boolean reports1 = isConnector(object) && choice.nextInt(3) == 0;
        reporting.add(reports1 ? reporting(object) : object);
        if (!reports1) {
          without.add(object);
        }
      }
      Directory directory = Directory.of(reporting, 1, Map.of());
      Directory all = Directory.of(enforced, 1, Map.of());
      InboundFacts facts = random.facts();
      String recipient = random.recipient();
      Function<VerdictQuestion, @Nullable CertificateVerdict> known = random.verdict();
      InboundDecision decided = InboundRules.decide(directory, facts, recipient, known);
      String context = "seeds 13, 17, round " + round;
      assertThat(brief(decided))
          .as(context)
          .isEqualTo(
              brief(
                  InboundRules.decide(
                      Directory.of(without, 1, Map.of()), facts, recipient, known)));
      assertThat(out(directory, recipient).getClass())
          .isEqualTo(out(Directory.of(without, 1, Map.of()), recipient).getClass());
      ReportedDecision report =
          ReportedDecisions.of(directory, facts, recipient, decided, known).own();
      InboundDecision would = InboundRules.decide(all, facts, recipient, known);
      if (report != null) {
        reports++;
        assertThat(report.getExplanation().getOrganization()).isEqualTo(report.getOrganization());
        assertThat(brief(would)).as(context).contains(report.getConnector());
        assertThat(report.getAccepted())
            .as(context)
            .isEqualTo(would instanceof InboundDecision.Accept);
      }
    }
    assertThat(reports).as("seeds 13, 17").isGreaterThan(400);
  }

  private static boolean isConnector(DirectoryObject object) {
    return object.hasInboundConnector() || object.hasOutboundConnector();
  }

  private static DirectoryObject reporting(DirectoryObject object) {
    return object.hasInboundConnector()
        ? object.toBuilder()
            .setInboundConnector(
                object.getInboundConnector().toBuilder().setMode(ConnectorMode.REPORT_ONLY))
            .build()
        : object.toBuilder()
            .setOutboundConnector(
                object.getOutboundConnector().toBuilder().setMode(ConnectorMode.REPORT_ONLY))
            .build();
  }

  private static String brief(InboundDecision decision) {
    return switch (decision) {
      case InboundDecision.Accept accept ->
          accept.organization()
              + "/"
              + accept.connector()
              + accept.direction()
              + (accept.incoming() == null ? "" : " and " + brief(accept.incoming()));
      case InboundDecision.Refuse refuse ->
          refuse.code() + refuse.rule() + refuse.organization() + "/" + refuse.connector();
      case InboundDecision.VerdictNeeded needed -> "verdict";
    };
  }

  private static OutboundDecision out(Directory directory, String recipient) {
    return OutboundRules.decide(
        directory, OutboundMail.to("contoso", Direction.ORIGINATING, recipient));
  }

  private static @Nullable ReportedRequirement required(Directory directory) {
    return ReportedRequirements.of(
        directory,
        new OutboundMail(
            "contoso",
            Direction.ORIGINATING,
            "",
            "info",
            "fabrikam.com",
            RequireTls.REQUIRE_TLS_UNSPECIFIED,
            false,
            null));
  }
}
