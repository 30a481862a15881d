package io.postern.ingress.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ingress.source.Source;
import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DataAdmissionTest {
  private static final Source ONE = Source.of(InetAddress.ofLiteral("192.0.2.1"));
  private static final Source OTHER = Source.of(InetAddress.ofLiteral("192.0.2.2"));

  @Test
  void so_many_shares_as_fit_the_bytes_and_a_closed_one_is_free_once() throws Exception {
    DataAdmission admission = new DataAdmission(2L * DataAdmission.SHARE_BYTES, 100);
    DataAdmission.Share first = admission.admit(ONE, Duration.ZERO);
    DataAdmission.Share second = admission.admit(ONE, Duration.ZERO);
    assertThat(first).isNotNull();
    assertThat(second).isNotNull();
    assertThat(admission.admit(ONE, Duration.ofMillis(20))).isNull();
    if (first != null) {
      first.close();
      first.close();
    }
    assertThat(admission.free()).isEqualTo(1);
  }

  @Test
  void one_source_has_a_part_and_waits_for_its_own() throws Exception {
    DataAdmission admission = new DataAdmission(8L * DataAdmission.SHARE_BYTES, 25);
    DataAdmission.Share first = admission.admit(ONE, Duration.ZERO);
    assertThat(first).isNotNull();
    assertThat(admission.admit(ONE, Duration.ZERO)).isNotNull();
    assertThat(admission.admit(ONE, Duration.ofMillis(20))).isNull();
    assertThat(admission.admit(OTHER, Duration.ZERO)).isNotNull();
    if (first != null) {
      first.close();
    }
    assertThat(admission.admit(ONE, Duration.ZERO)).isNotNull();
  }
}
