package io.postern.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.TrueSource;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SourceStampsTest {
  private static final TrueSource SOURCE =
      TrueSource.newBuilder().setIp("2001:db8:0:0:0:0:0:9").setGreeting("mail.a.example").build();

  private static String behind(TrueSource source) {
    byte[] received = "Received: x\r\n".getBytes(StandardCharsets.US_ASCII);
    return new String(SourceStamps.behind(received, source), StandardCharsets.US_ASCII);
  }

  @Test
  void s1_1_a_known_source_is_stamped_for_reports_and_where_it_counts_for_decisions() {
    String value = ":\r\n ip=[2001:db8:0:0:0:0:0:9];domain=mail.a.example\r\n";
    assertThat(behind(SOURCE))
        .isEqualTo("Received: x\r\nX-MS-Exchange-SkipListedInternetSender" + value);
    assertThat(behind(SOURCE.toBuilder().setInScope(true).build()))
        .isEqualTo(
            "Received: x\r\nX-MS-Exchange-ExternalOriginalInternetSender"
                + value
                + "X-MS-Exchange-SkipListedInternetSender"
                + value);
  }

  @Test
  void an_unknown_source_and_mail_without_a_gateway_are_not_stamped() {
    assertThat(behind(TrueSource.getDefaultInstance())).isEqualTo("Received: x\r\n");
    assertThat(behind(TrueSource.newBuilder().setInScope(true).setWhyNot("x").build()))
        .isEqualTo("Received: x\r\n");
  }
}
