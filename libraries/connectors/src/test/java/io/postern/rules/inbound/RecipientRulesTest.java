package io.postern.rules.inbound;

import static io.postern.rules.Sample.domain;
import static io.postern.rules.Sample.organization;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.AcceptedDomainType;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.RecipientValidation;
import io.postern.rules.Directory;
import io.postern.rules.recipients.RecipientLists;
import io.postern.rules.recipients.SampleLists;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecipientRulesTest {
  private static final RecipientLists LISTS =
      SampleLists.of("contoso", "contoso.com", Map.of("anna", "", "joe+smith", "cloud"));
  private static final InboundDecision.Accept ACCEPT =
      new InboundDecision.Accept(
          "contoso", "", Direction.INCOMING, "", "", new byte[0], Explanation.getDefaultInstance());

  private static Directory directory(
      RecipientLists lists, Consumer<AcceptedDomain.Builder> domain) {
    List<DirectoryObject> objects =
        List.of(
            organization("contoso"),
            organization("tailspin"),
            domain("tailspin", "tailspin.example"),
            domain("contoso", "contoso.com", domain));
    return Directory.of(objects, 1, Map.of(), lists);
  }

  private static String decide(Directory directory, String localPart, String domain) {
    return switch (RecipientRules.decide(directory, ACCEPT, localPart, domain)) {
      case InboundDecision.Accept same -> "accepted";
      case InboundDecision.Refuse r -> r.code() + " " + r.enhanced() + " " + r.rule();
      case InboundDecision.VerdictNeeded v -> throw new AssertionError(v);
    };
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        // listed, whatever the case and the quotes
        "LIST, AUTHORITATIVE, false, anna, accepted",
        "LIST, AUTHORITATIVE, false, ANNA, accepted",
        "LIST, AUTHORITATIVE, false, \"anna\", accepted",
        // not listed
        "LIST, AUTHORITATIVE, false, bob, 550 5.1.1 recipientUnknown",
        "LIST, ACCEPTED_DOMAIN_TYPE_UNSPECIFIED, false, bob, 550 5.1.1 recipientUnknown",
        "LIST, INTERNAL_RELAY, false, bob, accepted",
        "OFF, AUTHORITATIVE, false, bob, accepted",
        "UNSPECIFIED, AUTHORITATIVE, false, bob, accepted",
        "MAILBOX_ROUTE, AUTHORITATIVE, false, bob, accepted",
        // sub-addresses: the exact one first, then the part before the first plus
        "LIST, AUTHORITATIVE, false, anna+news, accepted",
        "LIST, AUTHORITATIVE, false, anna+news+more, accepted",
        "LIST, AUTHORITATIVE, true, anna+news, 550 5.1.1 recipientUnknown",
        "LIST, AUTHORITATIVE, true, joe+smith, accepted",
        "LIST, AUTHORITATIVE, false, joe, 550 5.1.1 recipientUnknown",
        "LIST, AUTHORITATIVE, false, +news, 550 5.1.1 recipientUnknown",
        // RFC 5321 §4.5.1, RFC 2142 §4
        "LIST, AUTHORITATIVE, true, Postmaster, accepted",
        "LIST, AUTHORITATIVE, true, abuse, accepted",
      })
  void recipientsOfAListExist(
      String validation,
      AcceptedDomainType type,
      boolean noPlus,
      String localPart,
      String decision) {
    Directory directory =
        directory(
            LISTS,
            d ->
                d.setDomainType(type)
                    .setDisablePlusAddressInRecipients(noPlus)
                    .setRecipientValidation(
                        RecipientValidation.valueOf("RECIPIENT_VALIDATION_" + validation)));
    assertThat(decide(directory, localPart, "contoso.com")).isEqualTo(decision);
  }

  @Test
  void aListThatIsNotThereOrAnotherOrganizationsDefersAndRefusesNobody() {
    Consumer<AcceptedDomain.Builder> byList =
        d -> d.setRecipientValidation(RecipientValidation.RECIPIENT_VALIDATION_LIST);
    RecipientLists former = SampleLists.of("tailspin", "contoso.com", Map.of("anna", ""));

    assertThat(decide(directory(RecipientLists.NONE, byList), "anna", "contoso.com"))
        .isEqualTo("451 4.3.0 recipientListMissing");
    assertThat(decide(directory(former, byList), "anna", "contoso.com"))
        .isEqualTo("451 4.3.0 recipientListMissing");
  }

  @Test
  void aValidationOfANewerVersionDefers() {
    assertThat(
            decide(directory(LISTS, d -> d.setRecipientValidationValue(99)), "anna", "contoso.com"))
        .isEqualTo("451 4.3.0 recipientListMissing");
  }

  @Test
  void mailToOtherDomainsIsNotConcerned() {
    Directory directory =
        directory(
            LISTS, d -> d.setRecipientValidation(RecipientValidation.RECIPIENT_VALIDATION_LIST));
    assertThat(decide(directory, "bob", "tailspin.example")).isEqualTo("accepted");
    assertThat(decide(directory, "bob", "outside.example")).isEqualTo("accepted");
  }

  @Test
  void theExplanationSaysWhyAndNamesNoAddress() {
    Directory directory =
        directory(
            LISTS, d -> d.setRecipientValidation(RecipientValidation.RECIPIENT_VALIDATION_LIST));
    InboundDecision.Refuse refusal =
        (InboundDecision.Refuse) RecipientRules.decide(directory, ACCEPT, "bob", "contoso.com");
    assertThat(refusal.text()).isEqualTo("Recipient address rejected: User unknown");
    assertThat(refusal.organization()).isEqualTo("contoso");
    assertThat(refusal.explanation().toString())
        .contains("authoritative", "its list of 2 recipients does not contain the address")
        .doesNotContain("bob");
  }
}
