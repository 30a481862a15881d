package io.postern.operator.commands.partner;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.operator.LabPolicy;
import io.postern.operator.LabPolicy.Ran;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command against HTTP; end-to-end tests have real hosts. */
class ValidateTest {
  private static final String STEPS =
      "[{\"step\":\"mail-hosts\",\"route\":\"mx:fabrikam.example\",\"state\":\"ok\",\"detail\":\"The domain has MX.\",\"actual\":\"10 mx.fabrikam.example\"},"
          + "{\"step\":\"greeting\",\"host\":\"mx.fabrikam.example\",\"address\":\"192.0.2.1:25\",\"state\":\"ok\",\"detail\":\"It greets.\",\"actual\":\"220 \\u001b[2J\"},"
          + "{\"step\":\"verdict\",\"host\":\"mx.fabrikam.example\",\"address\":\"192.0.2.1:25\",\"state\":\"failed\",\"detail\":\"The chain is not good.\",\"expected\":\"good\",\"actual\":\"bad/revoked\",\"cure\":\"The partner has to replace it.\",\"revocation\":[{\"subject\":\"CN=mx\",\"status\":\"is-revoked\",\"source\":\"crl\"}]},"
          + "{\"step\":\"requirement\",\"host\":\"mx.fabrikam.example\",\"state\":\"failed\",\"detail\":\"No mail would go.\",\"cure\":\"The partner has to replace it.\"}]";

  @TempDir private Path folder;
  private LabPolicy policy;

  @BeforeEach
  void start() throws IOException {
    policy =
        new LabPolicy(folder)
            .answer(
                "POST", "/contoso/outbound-connectors/To%20F/validations", 202, "{\"id\":\"v1\"}");
  }

  @AfterEach
  void stop() {
    policy.close();
  }

  private static String view(String state, String steps) {
    return "{\"id\":\"v1\",\"state\":\""
        + state
        + "\",\"summary\":\"in one sentence\",\"steps\":"
        + steps
        + "}";
  }

  @Test
  void eachStepIsALineOnceAndTheCureStandsAtTheEnd() {
    policy.views(
        "/validations/v1",
        view("running", "[]"),
        view("running", STEPS.substring(0, STEPS.indexOf(",{\"step\":\"greeting")) + "]"),
        view("unmet", STEPS));
    Ran ran =
        policy.run(
            "validate",
            "contoso",
            "To F",
            "--domain",
            "fabrikam.example",
            "--recipient",
            "a@f.example");
    assertThat(ran.exit()).as(ran.toString()).isEqualTo(1);
    assertThat(ran.out())
        .isEqualTo(
            """
            ok       mail-hosts   mx:fabrikam.example: The domain has MX. 10 mx.fabrikam.example
            ok       greeting     mx.fabrikam.example [192.0.2.1:25]: It greets. 220 ?[2J
            NOT OK   verdict      mx.fabrikam.example [192.0.2.1:25]: The chain is not good. expected good, actual bad/revoked
                     revocation   CN=mx: is-revoked crl
            NOT OK   requirement  mx.fabrikam.example: No mail would go.
            NOT MET: in one sentence
              The partner has to replace it.
            """);
    assertThat(policy.requests().getFirst().body())
        .contains("\"domains\":[\"fabrikam.example\"]", "\"recipients\":[\"a@f.example\"]");
  }

  @ParameterizedTest
  @CsvSource({"met, 0", "unmet, 1", "unanswered, 3"})
  void theStateIsTheExitCode(String state, int exit) throws Exception {
    policy.answer("GET", "/validations/v1", 200, view(state, "[]"));
    Ran ran = policy.run("validate", "contoso", "To F", "-o", "json");
    assertThat(ran.exit()).isEqualTo(exit);
    assertThat(new ObjectMapper().readTree(ran.out()).path("state").asText()).isEqualTo(state);
  }

  @Test
  void aConnectorThatCannotBeValidatedIsSaid() {
    Ran ran = policy.run("validate", "contoso", "None");
    assertThat(ran.exit()).isEqualTo(3);
    assertThat(ran.err()).contains("policy-service returned 404: no such thing");
  }
}
