package io.postern.policy.whatif;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import io.postern.api.ProblemException;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.PresentedChain;
import io.postern.contracts.v1.SessionFacts;
import io.postern.contracts.v1.TlsFacts;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.log.verdicts.VerdictSource;
import io.postern.policy.AskedVerdicts;
import io.postern.policy.LogLab;
import io.postern.rules.Directory;
import io.postern.rules.again.RecordedFacts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Drafts against hand-made mail: what differs is known before. */
class ComparisonTest {
  private static final String CONTOSO =
      """
      organizations:
      - id: contoso
        acceptedDomains:
        - { domain: contoso.example, mailboxRoute: { host: mailbox.contoso.example } }
        inboundConnectors:
        - name: From Fabrikam
          connectorType: partner
          senderDomains: [fabrikam.example]
          requireTls: REQUIRED
        - name: Own server
          connectorType: onPremises
          senderIPAddresses: [192.0.2.0/28]
        outboundConnectors:
        - name: To Fabrikam
          connectorType: partner
          recipientDomains: [fabrikam.example]
          useMXRecord: true
          tlsSettings: LEVEL
      """;
  private static final String OTHER =
      """
      - id: other
        acceptedDomains:
        - { domain: other.example, mailboxRoute: { host: mailbox.other.example } }
      """;
  private static final byte[] CERTIFICATE = {1, 2, 3};
  private static final ByteString FINGERPRINT = ByteString.copyFromUtf8("fingerprint");

  private final Tally tally = new Tally();
  private CertificateVerdict verdict =
      CertificateVerdict.newBuilder().setResult(VerdictResult.GOOD).build();
  private int asked;

  private static String contoso(boolean requireTls, String level) {
    return CONTOSO.replace("REQUIRED", Boolean.toString(requireTls)).replace("LEVEL", level);
  }

  private final Directory now = LogLab.directory(contoso(false, "encryptionOnly") + OTHER);

  private Comparison comparison(String draft) {
    return comparison(DraftDirectory.ofFile(now, draft.getBytes(UTF_8), id -> {}, true));
  }

  private Comparison comparison(DraftDirectory draft) {
    PresentedChain kept =
        PresentedChain.newBuilder().addCertificates(ByteString.copyFrom(CERTIFICATE)).build();
    RecordedFacts.Chains chains =
        new RecordedFacts.Chains() {
          @Override
          public @Nullable PresentedChain of(ByteString fingerprint) {
            return fingerprint.equals(FINGERPRINT) ? kept : null;
          }

          @Override
          public List<String> names(List<byte[]> chain) {
            return chain.isEmpty() ? List.of() : List.of("mail.fabrikam.example");
          }
        };
    return new Comparison(
        draft, chains, AskedVerdicts.each(() -> source, Duration.ofSeconds(10)), tally);
  }

  private final VerdictSource source =
      new VerdictSource() {
        @Override
        public CertificateVerdict verdict(VerdictQuestion question, Duration patience) {
          asked++;
          return verdict;
        }

        @Override
        public @Nullable CertificateVerdict known(VerdictQuestion question) {
          return null;
        }
      };

  private static MessageAccepted withCertificate(MessageAccepted message) {
    SessionFacts.Builder session = message.getSession().toBuilder();
    session.setTls(true).setTlsFacts(TlsFacts.newBuilder().setPeerChainFingerprint(FINGERPRINT));
    return message.toBuilder().setSession(session).build();
  }

  @Test
  void mailThatTheDraftRefusesIsCountedByPartnerConnectorAndRule() {
    Comparison comparison = comparison(contoso(true, "encryptionOnly"));
    for (int i = 0; i < 12; i++) {
      comparison.accepted(
          RecordedDays.incoming(
              "198.51.100.7", false, "a@fabrikam.example", "anna@contoso.example"),
          i);
    }
    comparison.accepted(
        RecordedDays.incoming("198.51.100.7", true, "a@fabrikam.example", "anna@contoso.example"),
        0);
    comparison.accepted(
        RecordedDays.incoming("198.51.100.7", false, "a@else.example", "anna@contoso.example"), 0);
    comparison.accepted(
        RecordedDays.incoming("198.51.100.7", false, "a@fabrikam.example", "ben@other.example"), 0);
    assertThat(tally.decided()).as("another organization's mail is not counted").isEqualTo(14);
    assertThat(tally.messages()).isEqualTo(14);
    assertThat(tally.unknown()).isEmpty();
    assertThat(tally.differences()).hasSize(1);
    Difference difference = tally.differences().getFirst();
    assertThat(difference.kind()).isEqualTo("acceptedToRefused");
    assertThat(difference.partner()).isEqualTo("fabrikam.example");
    assertThat(difference.before()).isEqualTo("From Fabrikam");
    assertThat(difference.after()).isEqualTo("From Fabrikam");
    assertThat(difference.rule()).isEqualTo("requireTls");
    assertThat(difference.count()).isEqualTo(12);
    assertThat(difference.samples()).hasSize(10);
    assertThat(difference.samples().getFirst().recipientDomain()).isEqualTo("contoso.example");
  }

  /** By a partner's domain as its own an organization would see who mails the partner (G8). */
  @Test
  void onlyAnOperatorDraftsAnAcceptedDomainThatThereIsNot() {
    String draft =
        contoso(true, "encryptionOnly")
            .replace(
                "acceptedDomains:",
                "acceptedDomains:\n  - { domain: somebody.example, mailboxRoute: { host: mailbox.contoso.example } }");
    assertThat(draft).contains("somebody.example");

    assertThatThrownBy(() -> DraftDirectory.ofFile(now, draft.getBytes(UTF_8), id -> {}, false))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("somebody.example");
    assertThat(DraftDirectory.ofFile(now, draft.getBytes(UTF_8), id -> {}, true).organizations())
        .containsExactly("contoso");
  }

  @Test
  void refusalsThatTheDraftLetsInAreCountedWithTheirNumberAndTheRestIsNotKnown() {
    Directory strict = LogLab.directory(contoso(true, "encryptionOnly") + OTHER);
    Comparison comparison =
        new Comparison(
            DraftDirectory.ofFile(
                strict, contoso(false, "encryptionOnly").getBytes(UTF_8), id -> {}, true),
            fingerprint -> null,
            AskedVerdicts.each(() -> source, Duration.ofSeconds(10)),
            tally);
    comparison.refused(
        RecordedDays.refused("198.51.100.7", false, "a@fabrikam.example", "anna@contoso.example"),
        0);
    comparison.refused(
        RecordedDays.further("198.51.100.7", "fabrikam.example", "contoso.example", 50, 40), 0);
    comparison.refused(
        RecordedDays.refused("198.51.100.7", false, "a@fabrikam.example", "ben@other.example")
            .toBuilder()
            .setOrganization("other")
            .build(),
        0);
    assertThat(tally.refusals()).as("records; not another organization's").isEqualTo(2);
    assertThat(tally.messages()).isZero();
    assertThat(tally.differences())
        .extracting(Difference::kind, Difference::rule, Difference::count)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("refusedToAccepted", "requireTls", 41L));
    assertThat(tally.unknown()).containsExactly(new WhatIfResult.Unknown(Comparison.NOT_APART, 10));
  }

  @Test
  void aHigherRequirementOfMailOutIsCountedByTheRecipientsDomain() {
    Comparison comparison = comparison(contoso(false, "certificateValidation"));
    comparison.accepted(
        RecordedDays.originating("192.0.2.3", "anna@contoso.example", "info@fabrikam.example"), 0);
    assertThat(tally.differences())
        .extracting(Difference::kind, Difference::partner, Difference::rule, Difference::before)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(
                "requirementRaised", "fabrikam.example", "level", "To Fabrikam"));
  }

  /** It took the way out of the draft's mail as if it had come in by the directory in force. */
  @Test
  void aServerThatTheDraftMakesTheOwnSendsByTheDraftsRules() {
    String draft =
        contoso(false, "encryptionOnly")
            .replace(
                "  outboundConnectors:",
                """
                  - name: Further server
                    connectorType: onPremises
                    senderIPAddresses: [198.51.100.0/28]
                  routingRules:
                  - name: Sign
                    fromScope: inOrganization
                    outboundConnector: Signing
                  outboundConnectors:
                  - name: Signing
                    connectorType: onPremises
                    isTransportRuleScoped: true
                    smartHosts: [sign.contoso.example]
                """);
    comparison(draft)
        .accepted(
            RecordedDays.incoming(
                "198.51.100.7", true, "anna@contoso.example", "ben@contoso.example"),
            0);
    assertThat(tally.differences())
        .extracting(Difference::kind, Difference::after)
        .containsExactlyInAnyOrder(
            tuple("otherConnector", "Further server"),
            tuple("otherWay", "Signing"),
            tuple("requirementRaised", "Signing"));
  }

  @Test
  void withoutItsOwnServersConnectorTheMailIsRefused() {
    Comparison comparison =
        comparison(
            contoso(false, "encryptionOnly").replaceAll("(?s)  - name: Own server.*?/28\\]\n", ""));
    comparison.accepted(
        RecordedDays.originating("192.0.2.3", "anna@contoso.example", "info@fabrikam.example"), 0);
    assertThat(tally.differences())
        .extracting(Difference::kind, Difference::partner, Difference::before, Difference::after)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(
                "acceptedToRefused", "fabrikam.example", "Own server", ""));
  }

  @Test
  void aVerdictIsAskedForOnceAndMailWithoutOneIsNotKnown() {
    String draft =
        contoso(true, "encryptionOnly")
            .replace(
                "requireTls: true",
                "tlsSenderCertificateName: mail.fabrikam.example\n"
                    + "    restrictDomainsToCertificate: true");
    Comparison comparison = comparison(draft);
    for (int i = 0; i < 3; i++) {
      comparison.accepted(
          withCertificate(
              RecordedDays.incoming(
                  "198.51.100.7", true, "a@fabrikam.example", "anna@contoso.example")),
          0);
    }
    assertThat(asked).isEqualTo(1);
    assertThat(tally.differences()).as("its certificate is good").isEmpty();
    verdict =
        CertificateVerdict.newBuilder()
            .setResult(VerdictResult.UNKNOWN)
            .setReason(VerdictReason.UNAVAILABLE)
            .build();
    comparison = comparison(draft);
    comparison.accepted(
        withCertificate(
            RecordedDays.incoming(
                "198.51.100.7", true, "a@fabrikam.example", "anna@contoso.example")),
        0);
    assertThat(tally.unknown())
        .containsExactly(new WhatIfResult.Unknown(InboundComparison.NO_VERDICT, 1));
  }

  private DraftDirectory objects(String objects) {
    return DraftDirectory.ofObjects(now, "contoso", objects.getBytes(UTF_8), false);
  }

  @Test
  void someObjectsTakeThePlaceOfTheirNamesakesAndTheOthersStay() {
    Comparison comparison =
        comparison(
            objects(
                """
                { "inboundConnectors": [
                    { "name": "From Fabrikam", "connectorType": "partner",
                      "senderDomains": ["fabrikam.example"], "requireTls": true } ],
                  "outboundConnectors": [
                    { "name": "To Adatum", "connectorType": "partner",
                      "recipientDomains": ["adatum.example"], "tlsSettings": "certificateValidation" } ] }
                """));
    comparison.accepted(
        RecordedDays.incoming("198.51.100.7", false, "a@fabrikam.example", "anna@contoso.example"),
        0);
    comparison.accepted(
        RecordedDays.originating("192.0.2.3", "anna@contoso.example", "info@fabrikam.example"), 0);
    comparison.accepted(
        RecordedDays.originating("192.0.2.3", "anna@contoso.example", "info@adatum.example"), 0);
    assertThat(tally.differences())
        .extracting(Difference::kind, Difference::partner)
        .containsExactlyInAnyOrder(
            tuple("acceptedToRefused", "fabrikam.example"),
            tuple("otherWay", "adatum.example"),
            tuple("requirementRaised", "adatum.example"));
  }

  @Test
  void objectsThatAreNotAsTheyMustBeAreRefusedWithTheirLine() {
    assertThatThrownBy(
            () ->
                objects(
                    "inboundConnectors:\n- name: From\n  connectorType: partner\n  domain: x\n"))
        .isInstanceOfSatisfying(
            ProblemException.class,
            refused -> {
              assertThat(refused.problem().status()).isEqualTo(422);
              assertThat(refused.problem().errors().getFirst().line()).isEqualTo(4);
            });
    for (String none : List.of("{}", "inboundConnector: {}", "hybrid: {}", "[1]", "{")) {
      assertThatThrownBy(() -> objects(none)).as(none).isInstanceOf(ProblemException.class);
    }
    // The other organization's domain.
    assertThatThrownBy(
            () ->
                objects(
                    "acceptedDomains: [{domain: other.example, mailboxRoute: {host: m.example}}]"))
        .isInstanceOf(ProblemException.class);
    assertThatThrownBy(() -> DraftDirectory.ofObjects(now, "nobody", "{}".getBytes(UTF_8), true))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("nobody");
  }

  @Test
  void aDraftWithAProblemIsRefusedAsApplyWould() {
    assertThatThrownBy(() -> comparison(contoso(false, "sometimes")))
        .isInstanceOfSatisfying(
            ProblemException.class,
            refused -> {
              assertThat(refused.problem().status()).isEqualTo(422);
              assertThat(refused.problem().errors().getFirst().pointer()).contains("tlsSettings");
            });
  }

  /** Its run would be anybody's to read. */
  @Test
  void aFileWithoutAnOrganizationIsRefusedWithItsCure() {
    for (String none : List.of("", "# later", "organizations: []", "organizations:", "{}")) {
      assertThatThrownBy(() -> comparison(none))
          .as(none)
          .isInstanceOfSatisfying(
              ProblemException.class,
              refused -> {
                assertThat(refused.problem().status()).isEqualTo(422);
                assertThat(refused.problem().errors().getFirst().cure()).isNotEmpty();
              });
    }
    assertThatThrownBy(() -> new DraftDirectory(now, now, Set.of(), ""))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Any mail: a draft equal to the directory in force gives no difference. */
  @Test
  void theDirectoryInForceAsADraftGivesNoDifference() {
    Random random = new Random(23);
    Comparison comparison = comparison(contoso(false, "encryptionOnly"));
    List<String> domains =
        List.of("fabrikam.example", "contoso.example", "other.example", "x.example", "[192.0.2.1]");
    List<String> addresses = List.of("192.0.2.3", "198.51.100.7", "2001:db8::1", "nonsense");
    int all = 0;
    for (int round = 0; round < 10_000; round++) {
      String from = "a@" + domains.get(random.nextInt(domains.size()));
      String to = "b@" + domains.get(random.nextInt(domains.size()));
      String ip = addresses.get(random.nextInt(addresses.size()));
      MessageAccepted message =
          random.nextBoolean()
              ? RecordedDays.incoming(ip, random.nextBoolean(), from, to)
              : RecordedDays.originating(ip, random.nextInt(9) == 0 ? "" : from, to);
      comparison.accepted(random.nextBoolean() ? withCertificate(message) : message, round);
      comparison.refused(RecordedDays.refused(ip, random.nextBoolean(), from, to), round);
      all += 2;
    }
    assertThat(tally.differences()).as("seed 23").isEmpty();
    assertThat(tally.decided()).as("seed 23").isBetween(all / 4L, (long) all);
  }

  @Test
  void furtherPartnersAreCountedTogetherSoThatStrangersFillNothing() {
    Comparison comparison =
        comparison(
            contoso(false, "encryptionOnly")
                .replace(
                    "[fabrikam.example]\n    requireTls: false", "[\"*\"]\n    requireTls: true"));
    List<MessageAccepted> mails = new ArrayList<>();
    for (int i = 0; i < Tally.MOST + 500; i++) {
      mails.add(
          RecordedDays.incoming(
              "198.51.100.7", false, "a@stranger" + i + ".example", "anna@contoso.example"));
    }
    mails.forEach(mail -> comparison.accepted(mail, 0));
    assertThat(tally.differences()).hasSizeLessThanOrEqualTo(Tally.MOST + 1);
    assertThat(tally.differences().getFirst().partner()).isEqualTo("others");
    assertThat(tally.differences().getFirst().count()).isEqualTo(500);
  }
}
