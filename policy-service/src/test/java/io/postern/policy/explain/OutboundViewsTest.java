package io.postern.policy.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fields.TlsDemand;
import io.postern.lab.contracts.RequirementFields;
import org.junit.jupiter.api.Test;

class OutboundViewsTest {
  /** REQUIRETLS was missing. */
  @Test
  void requirementsThatDifferHaveDifferentWords() {
    // The name that the handshake asks for is no demand.
    assertThat(RequirementFields.hiddenIn(TlsDemand::words)).containsExactly("sni");
  }
}
