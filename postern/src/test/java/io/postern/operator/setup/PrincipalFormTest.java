package io.postern.operator.setup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrincipalFormTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {name}                 | User:ingress
          CN={name}              | User:CN=ingress
          CN=postern-{name},O=Ex | User:CN=postern-ingress,O=Ex
          """)
  void theNameStandsInItsPlace(String form, String expected) {
    assertThat(PrincipalForm.of(form).principal("ingress")).isEqualTo(expected);
  }

  @Test
  void withoutASettingItIsTheCommonName() {
    assertThat(PrincipalForm.COMMON_NAME.principal("ingress")).isEqualTo("User:ingress");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "CN=ingress", "User:CN={name}"})
  void oneThatCannotWorkIsRefusedWithTheCure(String form) {
    assertThatThrownBy(() -> PrincipalForm.of(form))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("postern.log.principals")
        .hasMessageContaining("CN={name}");
  }
}
