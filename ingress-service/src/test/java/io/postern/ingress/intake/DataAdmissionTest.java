package io.postern.ingress.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DataAdmissionTest {

  @Test
  void so_many_shares_as_fit_the_bytes_and_a_closed_one_is_free_once() throws Exception {
    DataAdmission admission = new DataAdmission(2L * DataAdmission.SHARE_BYTES);
    DataAdmission.Share first = admission.admit(Duration.ZERO);
    DataAdmission.Share second = admission.admit(Duration.ZERO);
    assertThat(first).isNotNull();
    assertThat(second).isNotNull();
    assertThat(admission.admit(Duration.ofMillis(20))).isNull();
    if (first != null) {
      first.close();
      first.close();
    }
    assertThat(admission.free()).isEqualTo(1);
  }
}
