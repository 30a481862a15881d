package io.postern.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnerTest {
  @Test
  void ownersAscendByEraGenerationAndTake() {
    List<Owner> ascending =
        List.of(
            Owner.NOBODY,
            new Owner(0, 0, 1),
            new Owner(0, 1, 1),
            new Owner(0, 1, 2),
            new Owner(0, 2, 1),
            new Owner(1, 0, 1),
            new Owner(1, 1, 1));
    for (int i = 0; i < ascending.size(); i++) {
      for (int j = 0; j < ascending.size(); j++) {
        assertThat(ascending.get(i).after(ascending.get(j))).isEqualTo(i > j);
      }
    }
  }

  @Test
  void itIsReadAsItWasWritten() {
    Owner owner = new Owner(2, Integer.MAX_VALUE, 17);
    assertThat(Owner.parse(owner.toString())).isEqualTo(owner);
    assertThat(Owner.of(owner.message())).isEqualTo(owner);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "1", "1.2", "1.2.3.4", "1.2.x", "1.-2.3", "1.2.3 ", "1.2.99999999999"})
  void whatIsNoOwnerIsRefused(String text) {
    assertThatThrownBy(() -> Owner.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
