package io.postern.rules.outbound;

import static io.postern.rules.Sample.domain;
import static io.postern.rules.Sample.host;
import static io.postern.rules.Sample.organization;
import static io.postern.rules.Sample.partnerOut;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.of;

import com.google.protobuf.ByteString;
import io.postern.contracts.v1.ConnectorMode;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.ReportedRequirement;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.RoutingRule;
import io.postern.contracts.v1.RuleScope;
import io.postern.contracts.v1.TlsLevel;
import io.postern.rules.Directory;
import io.postern.rules.OutboundMail;
import io.postern.rules.RecordedHeader;
import io.postern.rules.again.ReportedRequirements;
import io.postern.rules.checks.DirectoryRules;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Routing rules: the page "Integrate Office 365 with an email add-on service" (2021-12-28) has the
 * first one, with its connector and the header field by which returned mail is known.
 */
class RoutingRulesTest {
  private static final String SIGNED = "Subject: x\r\nSignatureContoso:\r\n  TRUE, by us\r\n\r\n";
  private static final String UNSIGNED = "Subject: SignatureContoso: true\r\n\r\n";

  private static DirectoryObject service(String name, TlsLevel level) {
    return partnerOut(
        "contoso",
        name,
        c ->
            c.setIsTransportRuleScoped(true)
                .addRecipientDomains("*")
                .setUseMxRecord(false)
                .addSmartHosts(host("smtp.service.example", 25))
                .setTlsSettings(level)
                .setTlsDomain(level == TlsLevel.DOMAIN_VALIDATION ? "smtp.service.example" : ""));
  }

  private static DirectoryObject rule(String name, Consumer<RoutingRule.Builder> more) {
    RoutingRule.Builder rule =
        RoutingRule.newBuilder()
            .setName(name)
            .setOrganization("contoso")
            .setEnabled(true)
            .setOutboundConnector("Signatures");
    more.accept(rule);
    return DirectoryObject.newBuilder().setRoutingRule(rule).build();
  }

  /** The page's: of the organization's senders, unless the service has signed. */
  private static DirectoryObject sign() {
    return rule(
        "Sign",
        r ->
            r.setFromScope(RuleScope.IN_ORGANIZATION)
                .setExceptHeaderField("SignatureContoso")
                .addExceptHeaderWords("true"));
  }

  private static List<DirectoryObject> objects(DirectoryObject... more) {
    List<DirectoryObject> all =
        new ArrayList<>(
            List.of(
                organization("contoso"),
                domain("contoso", "contoso.com"),
                service("Signatures", TlsLevel.DOMAIN_VALIDATION)));
    all.addAll(List.of(more));
    return all;
  }

  private static Directory directory(DirectoryObject... more) {
    return Directory.of(objects(more), 1, Map.of());
  }

  private static OutboundMail mail(
      Direction direction, String from, String to, @Nullable String header, boolean cut) {
    int at = to.indexOf('@');
    return new OutboundMail(
        "contoso",
        direction,
        from,
        to.substring(0, at),
        to.substring(at + 1),
        RequireTls.REQUIRE_TLS_UNSPECIFIED,
        false,
        header == null ? null : new RecordedHeader(ByteString.copyFromUtf8(header), cut));
  }

  private static String connector(Directory directory, OutboundMail mail) {
    return OutboundRules.decide(directory, mail) instanceof OutboundDecision.Deliver deliver
        ? deliver.connector()
        : "held";
  }

  @ParameterizedTest
  @CsvSource({
    "ORIGINATING, ann@contoso.com, kate@fabrikam.net, false, Signatures",
    "ORIGINATING, ann@contoso.com, kate@fabrikam.net, true, ''",
    "ORIGINATING, ann@contoso.com, bob@contoso.com, false, Signatures",
    "INCOMING, kate@fabrikam.net, bob@contoso.com, false, ''",
  })
  void mailOfOwnSendersGoesToTheServiceOnce(
      Direction direction, String from, String to, boolean signed, String expected) {
    Directory directory = directory(sign());
    OutboundMail mail = mail(direction, from, to, signed ? SIGNED : UNSIGNED, false);
    assertThat(connector(directory, mail)).isEqualTo(expected);
  }

  static Stream<Arguments> conditions() {
    return Stream.of(
        of((Consumer<RoutingRule.Builder>) r -> {}, true),
        of(rule(r -> r.addSenders("ann@CONTOSO.com")), true),
        of(rule(r -> r.addSenders("bob@contoso.com").addSenders("contoso.com")), true),
        of(rule(r -> r.addSenders("bob@contoso.com")), false),
        of(rule(r -> r.addSenders("*.contoso.com")), true),
        of(rule(r -> r.addRecipients("fabrikam.net")), true),
        of(rule(r -> r.addRecipients("x.fabrikam.net")), false),
        of(rule(r -> r.addSenders("contoso.com").addRecipients("adatum.com")), false),
        of(rule(r -> r.addExceptRecipients("kate@fabrikam.net")), false),
        of(rule(r -> r.addExceptRecipients("bob@fabrikam.net")), true),
        of(rule(r -> r.addRecipients("KATE@fabrikam.net")), true),
        of(rule(r -> r.addExceptSenders("contoso.com")), false),
        of(rule(r -> r.setSentToScope(RuleScope.NOT_IN_ORGANIZATION)), true),
        of(rule(r -> r.setSentToScope(RuleScope.IN_ORGANIZATION)), false),
        of(rule(r -> r.setFromScope(RuleScope.NOT_IN_ORGANIZATION)), false),
        of(rule(r -> r.setHeaderField("subject")), true),
        of(rule(r -> r.setHeaderField("Subject").addHeaderWords("SIGNATURECONTOSO")), true),
        of(rule(r -> r.setHeaderField("Subject").addHeaderWords("other")), false),
        of(rule(r -> r.setHeaderField("Subject").addHeaderWords("contoso")), false),
        of(rule(r -> r.setHeaderField("Subj")), false),
        of(rule(r -> r.setExceptHeaderField("Subject")), false),
        of(rule(r -> r.setEnabled(false)), false));
  }

  private static Consumer<RoutingRule.Builder> rule(Consumer<RoutingRule.Builder> more) {
    return more;
  }

  @ParameterizedTest
  @MethodSource("conditions")
  void allConditionsMustHoldAndNoException(Consumer<RoutingRule.Builder> rule, boolean routed) {
    OutboundMail mail =
        mail(Direction.ORIGINATING, "ann@contoso.com", "kate@fabrikam.net", UNSIGNED, false);
    assertThat(connector(directory(rule("R", rule)), mail)).isEqualTo(routed ? "Signatures" : "");
  }

  /** As the mailbox is: quotes, case and a tag do not lead past the service. */
  @ParameterizedTest
  @CsvSource({
    "ceo@contoso.com",
    "\"ceo\"@contoso.com",
    "CEO+x@contoso.com",
    "\"ceo+a\"@contoso.com"
  })
  void aSpellingOfTheAddressDoesNotEvadeARule(String to) {
    assertThat(
            connector(
                directory(rule("R", r -> r.addRecipients("ceo@contoso.com"))),
                mail(Direction.INCOMING, "kate@fabrikam.net", to, null, false)))
        .isEqualTo("Signatures");
  }

  /** 100 words of 64 characters over 32 KiB that look like each of them. */
  @Test
  void aHeaderIsReadOnceForAllRulesAndRecipients() {
    String header = ("X: " + "a ".repeat(490) + "\r\n").repeat(33);
    DirectoryObject[] rules = new DirectoryObject[5];
    for (int i = 0; i < rules.length; i++) {
      String word = "a ".repeat(31) + "b";
      rules[i] =
          rule(
              "R" + i,
              r -> {
                r.setFromScope(RuleScope.IN_ORGANIZATION).setHeaderField("X");
                for (int j = 0; j < 20; j++) {
                  r.addHeaderWords(word + j);
                }
              });
    }
    Directory directory = directory(rules);
    RecordedHeader read = new RecordedHeader(ByteString.copyFromUtf8(header + "\r\n"), true);
    long began = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    for (int i = 0; i < 10_000; i++) {
      OutboundRules.decide(
          directory,
          new OutboundMail(
              "contoso",
              Direction.ORIGINATING,
              "ann@contoso.com",
              "r" + i,
              "x.example",
              RequireTls.REQUIRE_TLS_UNSPECIFIED,
              false,
              read));
    }
    assertThat(
            Duration.ofNanos(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - began))
        .isLessThan(Duration.ofSeconds(10));
  }

  /** A stranger's field says nothing: else mail from outside could pass by a filter. */
  @Test
  void aHeaderFieldOfMailFromOutsideDoesNotCount() {
    DirectoryObject filter =
        rule("Filter", r -> r.setExceptHeaderField("X-Filtered").addRecipients("contoso.com"));
    assertThat(
            connector(
                directory(filter),
                mail(
                    Direction.INCOMING,
                    "kate@fabrikam.net",
                    "bob@contoso.com",
                    "X-Filtered: yes\r\n\r\n",
                    false)))
        .isEqualTo("Signatures");
  }

  @Test
  void theFirstRuleByPriorityThenNameDecides() {
    DirectoryObject other = service("Other", TlsLevel.ENCRYPTION_ONLY);
    OutboundMail mail = mail(Direction.ORIGINATING, "a@contoso.com", "k@x.example", null, false);
    assertThat(
            connector(
                directory(
                    other,
                    rule("A", r -> r.setPriority(2)),
                    rule("B", r -> r.setPriority(1).setOutboundConnector("Other"))),
                mail))
        .isEqualTo("Other");
    assertThat(
            connector(
                directory(
                    other, rule("B", r -> {}), rule("A", r -> r.setOutboundConnector("Other"))),
                mail))
        .isEqualTo("Other");
  }

  @Test
  void aScopedConnectorTakesNoMailWithoutARule() {
    OutboundMail mail = mail(Direction.ORIGINATING, "a@contoso.com", "k@x.example", null, false);
    assertThat(connector(directory(), mail)).isEmpty();
    assertThat(ExplainedOutbound.of(directory(), mail).connectors())
        .singleElement()
        .satisfies(
            shown ->
                assertThat(shown.conditions().toString())
                    .contains("isTransportRuleScoped", "no routing rule gives it the mail"));
  }

  @Test
  void mailOfAConnectorThatIsOffIsHeldAndNotSentPastTheService() {
    DirectoryObject off =
        partnerOut(
            "contoso",
            "Off",
            c ->
                c.setIsTransportRuleScoped(true)
                    .setEnabled(false)
                    .setUseMxRecord(false)
                    .addSmartHosts(host("h.example", 25)));
    OutboundMail mail = mail(Direction.ORIGINATING, "a@contoso.com", "k@x.example", null, false);
    Directory directory = directory(off, rule("R", r -> r.setOutboundConnector("Off")));
    assertThat(OutboundRules.decide(directory, mail)).isInstanceOf(OutboundDecision.Hold.class);
  }

  /** The header section is recorded up to 32 KiB: what is behind it may say that it was signed. */
  @ParameterizedTest
  @CsvSource({
    "DOMAIN_VALIDATION, ENCRYPTION_ONLY, Signatures",
    "ENCRYPTION_ONLY, DOMAIN_VALIDATION, Partner",
    "ENCRYPTION_ONLY, ENCRYPTION_ONLY, Signatures",
  })
  void ofACutHeaderWithoutTheFieldTheStricterConnectorIsTaken(
      TlsLevel ofService, TlsLevel otherwise, String expected) {
    DirectoryObject partner =
        partnerOut(
            "contoso",
            "Partner",
            c ->
                c.addRecipientDomains("fabrikam.net")
                    .setUseMxRecord(true)
                    .setTlsSettings(otherwise)
                    .setTlsDomain(
                        otherwise == TlsLevel.DOMAIN_VALIDATION ? "mail.fabrikam.net" : ""));
    List<DirectoryObject> all = objects(sign(), partner);
    all.set(2, service("Signatures", ofService));
    Directory directory = Directory.of(all, 1, Map.of());
    assertThat(
            connector(
                directory,
                mail(Direction.ORIGINATING, "ann@contoso.com", "k@fabrikam.net", UNSIGNED, true)))
        .isEqualTo(expected);
    assertThat(
            connector(
                directory,
                mail(Direction.ORIGINATING, "ann@contoso.com", "k@fabrikam.net", SIGNED, true)))
        .isEqualTo("Partner");
  }

  @Test
  void theTraceNamesTheRuleAndTheFieldAndNeverItsValue() {
    OutboundMail mail =
        mail(
            Direction.ORIGINATING,
            "ann@contoso.com",
            "kate@fabrikam.net",
            "SignatureContoso: secret true\r\n\r\n",
            false);
    String explanation = OutboundRules.decide(directory(sign()), mail).explanation().toString();
    assertThat(explanation)
        .contains("routing rule contoso/Sign", "SignatureContoso")
        .doesNotContain("secret");
  }

  @Test
  void aRuleThatReportsChangesNothingAndIsRecorded() {
    DirectoryObject reporting = rule("R", r -> r.setMode(ConnectorMode.REPORT_ONLY));
    OutboundMail mail = mail(Direction.ORIGINATING, "a@contoso.com", "k@x.example", null, false);
    assertThat(connector(directory(reporting), mail)).isEmpty();
    ReportedRequirement reported = ReportedRequirements.of(directory(reporting), mail);
    assertThat(reported).isNotNull();
    assertThat(reported.getConnector()).isEqualTo("Signatures");
    assertThat(ReportedRequirements.of(directory(sign()), mail)).isNull();
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        of(rule("R", r -> r.setOutboundConnector("none")), "outboundConnector"),
        of(
            rule("R", r -> r.setOutboundConnector("Open")),
            "isTransportRuleScoped outboundConnector"),
        of(rule("R", r -> r.addSenders("ann@")), "senders[0]"),
        of(rule("R", r -> r.addRecipients("*@x.example")), ""),
        of(rule("R", r -> r.addExceptRecipients("a.*.example")), "exceptRecipients[0]"),
        of(own(r -> r.setHeaderField("X Signed")), "headerField"),
        of(own(r -> r.setExceptHeaderField("X:")), "exceptHeaderField"),
        of(rule("R", r -> r.addHeaderWords("x")), "headerField"),
        of(rule("R", r -> r.setExceptHeaderField("X")), "fromScope"),
        of(own(r -> r.setHeaderField("X").addHeaderWords(" ")), "headerWords[0]"),
        of(rule("R", r -> r.setPriority(1_001)), "priority"));
  }

  private static DirectoryObject own(Consumer<RoutingRule.Builder> more) {
    return rule("R", r -> more.accept(r.setFromScope(RuleScope.IN_ORGANIZATION)));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void aFaultNamesItsField(DirectoryObject rule, String field) {
    DirectoryObject open =
        partnerOut("contoso", "Open", c -> c.addRecipientDomains("x.example").setUseMxRecord(true));
    List<DirectoryProblem> problems =
        DirectoryRules.validate(Directory.of(List.of(), 0, Map.of()), objects(open, rule));
    assertThat(String.join(" ", problems.stream().map(DirectoryProblem::getField).toList()))
        .isEqualTo(field);
  }

  @Test
  void anOrganizationsRulesAreBoundedInNumberAndAddresses() {
    DirectoryObject[] many = new DirectoryObject[301];
    for (int i = 0; i < many.length; i++) {
      many[i] = rule("R" + i, r -> {});
    }
    DirectoryObject[] long21 = new DirectoryObject[21];
    for (int i = 0; i < long21.length; i++) {
      long21[i] =
          rule(
              "R" + i,
              r -> {
                for (int j = 0; j < 500; j++) {
                  r.addSenders("a" + j + "@contoso.com");
                }
              });
    }
    for (DirectoryObject[] rules : List.of(many, long21)) {
      assertThat(DirectoryRules.validate(Directory.of(List.of(), 0, Map.of()), objects(rules)))
          .isNotEmpty()
          .allSatisfy(problem -> assertThat(problem.getProblem()).contains("more than"));
    }
  }

  @Test
  void aConnectorThatARuleNamesIsNotRemovedNorOpened() {
    Directory directory = directory(sign());
    DirectoryObject connector = objects().get(2);
    assertThat(
            DirectoryRules.validate(
                directory, List.of(connector.toBuilder().setRemoved(true).build())))
        .singleElement()
        .satisfies(p -> assertThat(p.getProblem()).contains("routing-rule/contoso/Sign"));
    assertThat(
            DirectoryRules.validate(
                directory,
                List.of(
                    connector.toBuilder()
                        .setOutboundConnector(
                            connector.getOutboundConnector().toBuilder()
                                .setIsTransportRuleScoped(false))
                        .build())))
        .singleElement()
        .satisfies(p -> assertThat(p.getField()).isEqualTo("isTransportRuleScoped"));
  }
}
