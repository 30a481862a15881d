package io.postern.console.life;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.lab.contracts.RequirementFields;
import org.junit.jupiter.api.Test;

class WordsTest {
  /** A message refused for no-post-quantum showed a requirement that does not ask for it. */
  @Test
  void eachFieldOfARequirementIsShown() {
    // The name that the handshake asks for is no demand.
    assertThat(RequirementFields.hiddenIn(Words::requirement)).containsExactly("sni");
  }
}
