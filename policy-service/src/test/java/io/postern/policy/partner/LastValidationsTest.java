package io.postern.policy.partner;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.ConnectorValidation;
import io.postern.contracts.v1.ProbeState;
import io.postern.contracts.v1.ProbeStep;
import org.junit.jupiter.api.Test;

class LastValidationsTest {
  private final LastValidations validations = new LastValidations();

  private static ConnectorValidation validation(String connector, int failed) {
    ConnectorValidation.Builder validation =
        ConnectorValidation.newBuilder().setOrganization("contoso").setConnector(connector);
    for (int i = 0; i < 100; i++) {
      validation.addSteps(
          ProbeStep.newBuilder()
              .setStep("connect")
              .setState(i < failed ? ProbeState.PROBE_FAILED : ProbeState.PROBE_PASSED)
              .setDetail("x".repeat(200)));
    }
    return validation.build();
  }

  /** 100,000 of 30 KB were 3 GB in a heap of 256 MB, read at the first question. */
  @Test
  void manyValidationsStayWithinTheirBytesAndTheNewestAreKept() {
    for (int i = 0; i < 5_000; i++) {
      validations.put("contoso/c" + i, validation("c" + i, 50));
    }

    assertThat(validations.bytes()).isLessThanOrEqualTo(LastValidations.MOST_BYTES);
    assertThat(validations.get("contoso/c4999")).isNotNull();
    assertThat(validations.get("contoso/c0")).isNull();
  }

  @Test
  void onlyTheStepsThatFailedAreKept() {
    validations.put("contoso/c", validation("c", 2));

    assertThat(requireNonNull(validations.get("contoso/c")).getStepsList()).hasSize(2);
  }

  @Test
  void aLaterOneReplacesTheOneBeforeAndARemovedOneTakesNoRoom() {
    validations.put("contoso/c", validation("c", 2));
    validations.put("contoso/c", validation("c", 0));
    assertThat(requireNonNull(validations.get("contoso/c")).getStepsList()).isEmpty();

    validations.remove("contoso/c");
    assertThat(validations.bytes()).isZero();
    validations.remove("contoso/c");
    assertThat(validations.bytes()).isZero();
  }
}
