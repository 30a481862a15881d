package io.postern.console.web.mail;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A step of an explanation leads to the page of what it looked at. */
class SubjectLinkTest {
  @ParameterizedTest
  @CsvSource({
    "inbound connector contoso/From Fabrikam, /connectors/contoso/inbound/From%20Fabrikam",
    "outbound connector contoso/To Fabrikam, /connectors/contoso/outbound/To%20Fabrikam",
    "routing rule contoso/Sign, /connectors/contoso/routing/Sign",
    "domain fabrikam.example, ''"
  })
  void aSubjectHasItsPage(String subject, String page) {
    assertThat(MailText.subject(subject)).isEqualTo(page);
  }
}
