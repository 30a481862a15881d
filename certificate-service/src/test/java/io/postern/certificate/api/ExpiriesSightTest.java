package io.postern.certificate.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.api.Rights;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which uses of a certificate an administrator of contoso sees (G8). */
class ExpiriesSightTest {
  private static final Rights CONTOSO = Rights.of(Set.of("administrator:contoso"));
  private static final Rights SERVER = Rights.of(Set.of("administrator:server"));

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          server (current),                           true,  true
          anchors default,                            true,  true
          contoso / From Fabrikam: mail.fabrikam.com, true,  false
          server / From Fabrikam: mail.fabrikam.com,  false, true
          client / From Fabrikam: mail.fabrikam.com,  false, false
          anchors contoso/own,                        true,  false
          anchors server/own,                         false, true
          client contoso/Fabrikam (coming),           true,  false
          client Fabrikam (coming),                   false, false
          """)
  void aUseIsSeenByItsOrganization(String place, boolean contoso, boolean server) {
    assertThat(ExpiriesResource.mayRead(place, CONTOSO)).isEqualTo(contoso);
    assertThat(ExpiriesResource.mayRead(place, SERVER)).isEqualTo(server);
  }
}
