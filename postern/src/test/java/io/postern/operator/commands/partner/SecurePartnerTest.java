package io.postern.operator.commands.partner;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.lab.RunningProgram;
import io.postern.operator.LabPolicy;
import io.postern.operator.LabPolicy.Ran;
import io.postern.operator.LabPolicy.Request;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command against HTTP; end-to-end tests have a real partner. */
class SecurePartnerTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CONNECTORS =
      "\"connectors\":{\"inboundConnectors\":[{\"name\":\"From f.example\",\"enabled\":true,\"blocked\":false}],"
          + "\"outboundConnectors\":[{\"name\":\"To f.example\"}]},\"warnings\":[\"Subdomains are not covered.\"]";
  private static final String PLAN =
      "{" + CONNECTORS + ",\"missing\":[],\"seen\":4,\"enforced\":false}";
  private static final String LOOK =
      "{\"domain\":\"f.example\",\"hosts\":[{\"host\":\"mx.f.example\",\"address\":\"192.0.2.1:25\",\"tls\":\"TLSv1.3 X\",\"verdict\":\"good\",\"certificateNames\":[\"mx.f.example\"]}],"
          + "\"seen\":[],\"proposal\":{\"certificateName\":\"mail.f.example\",\"tlsSettings\":\"domainValidation\",\"tlsDomain\":\"mx.f.example\"},\"remarks\":[\"A remark.\"]}";

  @TempDir private Path folder;
  private LabPolicy policy;

  @BeforeEach
  void start() throws IOException {
    policy =
        new LabPolicy(folder)
            .answer("POST", "/partners/f.example/look", 200, LOOK)
            .once("POST", "/partners/f.example/secure", 200, PLAN)
            .answer("POST", "/contoso/validations", 202, "{\"id\":\"v1\"}");
  }

  @AfterEach
  void stop() {
    policy.close();
  }

  private LabPolicy validated(String state) {
    return policy.views(
        "/validations/v1",
        "{\"state\":\""
            + state
            + "\",\"summary\":\"in a sentence\",\"steps\":[{\"step\":\"connect\",\"state\":\"ok\"}]}");
  }

  private LabPolicy enforced() {
    return policy.answer(
        "POST",
        "/partners/f.example/secure",
        200,
        "{" + CONNECTORS + ",\"enforced\":true,\"version\":9}");
  }

  private Ran secure(String... options) {
    List<String> line = new ArrayList<>(List.of("secure-partner", "contoso", "f.example"));
    line.addAll(List.of(options));
    return policy.run(line.toArray(String[]::new));
  }

  private List<JsonNode> asked() throws IOException {
    List<JsonNode> bodies = new ArrayList<>();
    for (Request request : policy.requests()) {
      if (request.path().contains("/secure?")) {
        bodies.add(JSON.readTree(request.body()));
      }
    }
    return bodies;
  }

  @ParameterizedTest
  @CsvSource({
    "'', --certificate-name",
    "--certificate-name x.example, --mode",
    "--certificate-name x.example --mode enforce, --yes",
    "--address 192.0.2.1 --yes, --mode",
    "--certificate-name x.example --mode audit, reportOnly",
    "--undo, --yes"
  })
  void whatAScriptLeavesOutIsNamed(String options, String missing) {
    Ran ran = secure(options.isEmpty() ? new String[0] : options.split(" "));
    assertThat(ran.exit()).isEqualTo(2);
    assertThat(ran.err()).contains(missing);
    assertThat(policy.requests()).isEmpty();
  }

  @Test
  void aScriptsOptionsArePlannedValidatedAndEnforced() throws Exception {
    validated("met");
    enforced();
    Ran ran =
        secure(
            "--certificate-name",
            "mail.f.example",
            "--smart-host",
            "h.f.example",
            "--tls-domain",
            "h.f.example",
            "--recipient",
            "ann@f.example",
            "--mode",
            "enforce",
            "--yes");
    assertThat(ran.exit()).as(ran.toString()).isZero();
    assertThat(ran.out())
        .contains(
            "plan: inbound connector\n  name: From f.example\n  enabled: true\nplan: outbound",
            "WARNING  Subdomains are not covered.",
            "ok       connect",
            "met: in a sentence",
            "forced TLS is in force, version 9",
            "postern watch contoso \"From f.example\"");
    List<JsonNode> asked = asked();
    assertThat(asked.get(0).path("validate").asBoolean(true)).isFalse();
    assertThat(asked.get(0).has("consent")).isFalse();
    assertThat(asked.get(1).path("consent").asBoolean()).isTrue();
    assertThat(asked.get(1).path("evenIfUnmet").asBoolean(true)).isFalse();
    assertThat(asked.get(1).path("mode").asText()).isEqualTo("enforce");
    assertThat(asked.get(1).path("smartHosts")).hasSize(1);
    assertThat(asked.get(1).has("recipients")).as("a second test message").isFalse();
    // A stranger's DNS is behind the proposal: a script does not take it.
    assertThat(asked.get(1).has("tlsSettings")).isFalse();
    assertThat(policy.requests()).noneMatch(r -> r.path().endsWith("/look"));
  }

  @Test
  void unmetIsNotEnforced() throws Exception {
    validated("unmet");
    Ran ran = secure("--certificate-name", "m.example", "--mode", "enforce", "--yes");
    assertThat(ran.exit()).isEqualTo(1);
    assertThat(ran.out()).contains("NOT MET: in a sentence", "NOT IN FORCE", "--even-if-unmet");
    assertThat(asked()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "--mode reportOnly --yes, reportOnly",
    "--mode enforce --even-if-unmet --yes, enforce"
  })
  void unmetReportsOnlyOrIsEnforcedWhereThatIsSaid(String options, String mode) throws Exception {
    validated("unmet");
    enforced();
    Ran ran = secure(("--certificate-name m.example " + options).split(" "));
    assertThat(ran.exit()).as(ran.toString()).isZero();
    assertThat(asked().get(1).path("evenIfUnmet").asBoolean()).isTrue();
    assertThat(asked().get(1).path("mode").asText()).isEqualTo(mode);
  }

  @ParameterizedTest
  @CsvSource({"met, 0", "unmet, 1", "unanswered, 3"})
  void aDryRunChangesNothing(String state, int exit) throws Exception {
    validated(state);
    Ran ran = secure("--certificate-name", "m.example", "--dry-run", "-o", "json");
    assertThat(ran.exit()).isEqualTo(exit);
    JsonNode json = JSON.readTree(ran.out());
    assertThat(json.at("/validation/state").asText()).isEqualTo(state);
    assertThat(json.path("enforced").asBoolean(true)).isFalse();
    assertThat(asked()).hasSize(1);
  }

  @Test
  void aPairThatTheRulesRefuseIsAFinding() throws Exception {
    policy.close();
    policy =
        new LabPolicy(folder)
            .answer(
                "POST",
                "/secure",
                409,
                "{\"status\":409,\"detail\":\"To f.example was not made by this call.\"}");
    Ran ran = secure("--certificate-name", "m.example", "--dry-run");
    assertThat(ran.exit()).isEqualTo(1);
    assertThat(ran.out()).contains("NOT CHANGED: To f.example was not made by this call.");
  }

  @Test
  void anotherPlanThanTheOneThatWasSeenIsNotEnforced() throws Exception {
    validated("met");
    policy.answer(
        "POST",
        "/partners/f.example/secure",
        412,
        "{\"status\":412,\"detail\":\"Somebody has changed the organization.\"}");
    Ran ran = secure("--certificate-name", "m.example", "--mode", "enforce", "--yes");
    assertThat(ran.exit()).isEqualTo(1);
    assertThat(ran.out()).contains("NOT CHANGED: Somebody has changed the organization.");
  }

  @Test
  void thePartnerIsLookedAt() {
    Ran look = secure("--look");
    assertThat(look.exit()).isZero();
    assertThat(look.out())
        .contains(
            "  mx.f.example [192.0.2.1:25]  TLS TLSv1.3 X",
            "    chain     good",
            "proposal: certificateName mail.f.example");
  }

  private static final String UNDONE =
      "{\"version\":10,\"dryRun\":false,\"applied\":true,\"changes\":[{\"change\":\"removed\","
          + "\"object\":\"outbound-connector/contoso/To f.example\",\"fields\":[]}]}";

  @Test
  void aDryRunOfUndoShowsWhatIsRemoved() throws Exception {
    pair()
        .once(
            "DELETE",
            "dryRun=true&reason=contract%20ended",
            200,
            UNDONE.replace("\"applied\":true", "\"applied\":false"));
    Ran ran = secure("--undo", "--dry-run", "--reason", "contract ended");
    assertThat(ran.exit()).as(ran.err()).isZero();
    assertThat(ran.out())
        .contains("outbound-connector/contoso/To f.example", "nothing was changed (--dry-run)");
  }

  private LabPolicy pair() throws IOException {
    policy.close();
    policy =
        new LabPolicy(folder)
            .once("GET", "/partners/f.example/secure", 200, "{" + CONNECTORS + ",\"seen\":9}");
    return policy;
  }

  @Test
  void thePairIsUndoneAsItWasSeen() throws Exception {
    pair().once("DELETE", "/partners/f.example", 200, UNDONE);
    assertThat(secure("--undo", "--yes").out()).contains("removed, as version 10");
    assertThat(policy.requests().getLast().ifMatch()).isEqualTo("\"9\"");
    Ran none = secure("--undo", "--yes");
    assertThat(none.exit()).isEqualTo(1);
    assertThat(none.err()).contains("no connector was created for f.example");
    assertThat(policy.requests().getLast().method()).isEqualTo("GET");
  }

  @Test
  void aPairThatIsAnotherOneByNowIsNotUndone() throws Exception {
    pair()
        .once(
            "DELETE",
            "/partners/f.example",
            412,
            "{\"status\":412,\"detail\":\"Changed.\",\"version\":10}");
    Ran ran = secure("--undo", "--yes");
    assertThat(ran.exit()).isEqualTo(1);
    assertThat(ran.out()).contains("NOT CHANGED: Changed.");
  }

  /** Whoever agrees has seen what is removed. */
  @Test
  void aPersonSeesThePairThatIsUndone() throws Exception {
    pair().once("DELETE", "/partners/f.example", 200, UNDONE);
    try (RunningProgram program =
        policy.startAtTerminal("secure-partner", "contoso", "f.example", "--undo")) {
      Awaitility.await()
          .atMost(Duration.ofSeconds(90))
          .until(() -> program.output().contains("Remove them? [y/N]"));
      program.type("y");
      assertThat(program.end()).as(program.output()).isZero();
      assertThat(program.output())
          .contains("created: inbound connector", "name: From f.example", "name: To f.example");
    }
  }

  @Test
  void aPersonIsAskedWithTheProposalAsDefault() throws Exception {
    validated("met");
    enforced();
    List<String> questions =
        List.of(
            "sending servers (empty: use their addresses) [mail.f.example]:",
            "receive the partner's mail [MX]:",
            "encryptionOnly [domainValidation]:",
            "Name in their certificates [mx.f.example]:",
            "test message (empty: nothing is sent):",
            "or no [no]:");
    List<String> answers = List.of("", "", "", "*.f.example", "", "enforce");
    try (RunningProgram program =
        policy.startAtTerminal("secure-partner", "contoso", "f.example")) {
      for (int i = 0; i < questions.size(); i++) {
        String question = questions.get(i);
        Awaitility.await(question)
            .atMost(Duration.ofSeconds(90))
            .until(() -> program.output().contains(question));
        program.type(answers.get(i));
      }
      assertThat(program.end()).as(program.output()).isZero();
      assertThat(program.output()).contains("A remark.", "forced TLS is in force");
    }
    assertThat(policy.requests().getLast().ifMatch())
        .as("the plan that was seen")
        .isEqualTo("\"4\"");
    JsonNode made = asked().getLast();
    assertThat(made.path("certificateName").asText()).isEqualTo("mail.f.example");
    assertThat(made.path("tlsSettings").asText()).isEqualTo("domainValidation");
    assertThat(made.path("tlsDomain").asText()).isEqualTo("*.f.example");
    assertThat(made.has("smartHosts")).isFalse();
    assertThat(made.path("consent").asBoolean()).isTrue();
  }
}
