package io.postern.console.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.ExplanationStep;
import io.postern.directory.DirectoryFile;
import io.postern.rules.Directory;
import io.postern.rules.inbound.InboundFacts;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A recorded session's conditions, where its record has all by which it was decided. */
class SessionConditionsTest {
  private static final Directory DIRECTORY =
      Directory.of(
          DirectoryFile.parse(
                  """
                  organizations:
                  - id: contoso
                    acceptedDomains:
                    - { domain: contoso.example, mailboxRoute: { host: mailbox.contoso.example } }
                    inboundConnectors:
                    - { name: From Fabrikam, connectorType: partner, senderDomains: [fabrikam.example],
                        tlsSenderCertificateName: mail.fabrikam.example, restrictDomainsToCertificate: true }
                    - { name: From Woodgrove, connectorType: partner, senderDomains: [woodgrove.example],
                        tlsSenderCertificateName: mail.fabrikam.example, restrictDomainsToCertificate: true }
                  """
                      .getBytes(StandardCharsets.UTF_8))
              .objects(),
          1,
          Map.of());
  private static final String RESTRICTED = "restrictDomainsToCertificate";
  private static final Explanation RECORDED =
      Explanation.newBuilder()
          .addSteps(
              ExplanationStep.newBuilder()
                  .setSubject("inbound connector contoso/From Fabrikam")
                  .setCondition("restrictDomainsToCertificate")
                  .setDetail("as it was said then"))
          .build();

  private static List<ConditionView> conditions(
      @Nullable String name, String connector, String verdict, String rule, int code) {
    InboundFacts facts =
        new InboundFacts(
            "192.0.2.7",
            true,
            name == null ? List.of() : List.of(new byte[] {0}),
            new byte[0],
            name == null ? List.of() : List.of(name),
            "fabrikam.example");
    return new SessionConditions(facts, "contoso.example", connector, verdict, rule, code)
        .of(DIRECTORY, "contoso", RECORDED);
  }

  private static ConditionView one(List<ConditionView> all, String connector, String parameter) {
    return all.stream()
        .filter(each -> each.connector().equals(connector) && each.parameter().equals(parameter))
        .findFirst()
        .orElseThrow(() -> new AssertionError(all.toString()));
  }

  @Test
  void anAcceptedSessionHasExpectedAndActual() {
    List<ConditionView> all = conditions("mail.fabrikam.example", "From Fabrikam", "good", "", 250);
    ConditionView name = one(all, "From Fabrikam", "restrictDomainsToCertificate");
    assertThat(name.met()).isTrue();
    assertThat(name.expected()).isEqualTo("mail.fabrikam.example");
    assertThat(one(all, "From Fabrikam", "verdict").actual()).isEqualTo("good");
    ConditionView sender = one(all, "From Woodgrove", "senderDomains");
    assertThat(sender.state()).isEqualTo("not-met");
    assertThat(sender.actual()).isEqualTo("fabrikam.example");
    // The verdict is not the other connector's, which may have other anchors.
    assertThat(all)
        .noneMatch(c -> c.connector().equals("From Woodgrove") && c.parameter().equals("verdict"));
  }

  @Test
  void aRefusedSessionHasTheVerdictThatWasRecorded() {
    List<ConditionView> all =
        conditions("mail.fabrikam.example", "From Fabrikam", "bad/revoked", RESTRICTED, 454);
    ConditionView verdict = one(all, "From Fabrikam", "verdict");
    assertThat(verdict.met()).isFalse();
    assertThat(verdict.expected()).isEqualTo("good");
    assertThat(verdict.actual()).isEqualTo("bad/revoked");
  }

  /** The directory has changed, a name is missing, a verdict is: the record's own sentences. */
  @Test
  void anotherDecisionIsNotShownAsTheRecords() {
    for (List<ConditionView> all :
        List.of(
            conditions("mail.fabrikam.example", "From Fabrikam", "good", RESTRICTED, 550),
            conditions("mail.fabrikam.example", "From Fabrikam", "bad/revoked", "requireTls", 454),
            conditions("mail.fabrikam.example", "From Fabrikam", "bad/revoked", RESTRICTED, 550),
            conditions(null, "From Fabrikam", "good", "", 250),
            conditions("mail.fabrikam.example", "From Fabrikam", "", "", 250),
            conditions("mail.fabrikam.example", "Removed since", "good", "", 250))) {
      assertThat(all).hasSize(1);
      assertThat(all.getFirst().detail()).isEqualTo("as it was said then");
      assertThat(all.getFirst().state()).isEmpty();
    }
  }
}
