package io.postern.operator.commands.connectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.lab.RunningProgram;
import io.postern.operator.LabPolicy;
import io.postern.operator.LabPolicy.Ran;
import io.postern.operator.LabPolicy.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands against HTTP; end-to-end tests have the service itself. */
class ConnectorsTest {
  private static final String OBJECT =
      "{\"name\":\"To Fabrikam\",\"connectorType\":\"partner\",\"enabled\":true,\"recipientDomains\":[\"fabrikam.example\"],"
          + "\"tlsSettings\":\"domainValidation\",\"tlsDomain\":\"mail.fabrikam.example\"}";
  private static final String COMPARED =
      "{\"version\":7,\"dryRun\":true,\"applied\":false,\"change\":{\"change\":\"changed\",\"object\":\"outbound-connector/contoso/To Fabrikam\","
          + "\"fields\":[{\"field\":\"mode\",\"before\":\"enforce\",\"after\":\"reportOnly\"}]},"
          + "\"warnings\":[{\"object\":\"x\",\"field\":\"recipientDomains\",\"warning\":\"one direction only\",\"cure\":\"a pair\"}]}";
  private static final String PLACE = "/contoso/outbound-connectors/To%20Fabrikam";

  @TempDir private Path folder;
  private LabPolicy policy;

  @BeforeEach
  void start() throws IOException {
    policy = new LabPolicy(folder);
  }

  @AfterEach
  void stop() {
    policy.close();
  }

  private List<String> changes() {
    return policy.requests().stream()
        .filter(request -> !request.method().equals("GET"))
        .map(Request::toString)
        .toList();
  }

  private LabPolicy connector() {
    return policy.answer("GET", PLACE + "?warnings=true", 200, item("[]"));
  }

  private static String item(String warnings) {
    return "{\"etag\":\"\\\"version-1\\\"\",\"object\":"
        + OBJECT
        + ",\"warnings\":"
        + warnings
        + "}";
  }

  @Test
  void connectorsThatMeanSomethingElseInThisVersionAreShownBeforeItIsInstalled() throws Exception {
    policy
        .answer("GET", "/organizations?", 200, "{\"items\":[{\"object\":{\"id\":\"contoso\"}}]}")
        .answer(
            "GET",
            "accepted-domains?",
            200,
            "{\"items\":[{\"object\":{\"domain\":\"contoso.example\",\"mailboxRoute\":{\"host\":\"m.example\"}}}]}")
        .answer(
            "GET",
            "inbound-connectors?",
            200,
            "{\"items\":[{\"etag\":\"\\\"a\\\"\",\"object\":{\"name\":\"Own\",\"connectorType\":\"onPremises\",\"enabled\":true,"
                + "\"tlsSenderCertificateName\":\"*.contoso.example\"},\"warnings\":[]}]}")
        .answer("GET", "outbound-connectors?", 200, "{\"items\":[" + item("[]") + "]}");
    Ran ran = policy.run("connectors", "upgrade-review", "-o", "json");
    assertThat(ran.exit()).as(ran.toString()).isOne();
    JsonNode changes = new ObjectMapper().readTree(ran.out()).path("changes");
    assertThat(changes).hasSize(1);
    assertThat(changes.at("/0/object").asText()).isEqualTo("inbound-connector/contoso/Own");
    assertThat(changes.at("/0/effect").asText()).isEqualToIgnoringCase("looser");
    assertThat(changes.at("/0/cure").asText()).isNotEmpty();
  }

  @Test
  void theListHasAllPagesOfAllOrganizationsThatTheCallerSees() throws Exception {
    policy
        .answer("GET", "/organizations?", 200, "{\"items\":[{\"object\":{\"id\":\"contoso\"}}]}")
        .answer(
            "GET",
            "inbound-connectors?limit=500&after=",
            200,
            "{\"items\":[{\"etag\":\"\\\"a\\\"\",\"object\":{\"name\":\"From A\",\"connectorType\":\"partner\",\"enabled\":true,"
                + "\"senderDomains\":[\"a.example\",\"b.example\",\"c.example\",\"d.example\"],\"requireTls\":true,"
                + "\"restrictDomainsToCertificate\":true,\"tlsSenderCertificateName\":\"mail.a.example\"},\"warnings\":[]}]}")
        .answer(
            "GET",
            "outbound-connectors?limit=500&after=To%20Fabrikam",
            200,
            "{\"items\":[{\"etag\":\"\\\"c\\\"\",\"object\":{\"name\":\"=To Z\",\"connectorType\":\"partner\",\"enabled\":false,"
                + "\"recipientDomains\":[\"z.example\"],\"smartHosts\":[\"h.z.example\"]},\"warnings\":[]}]}")
        .answer(
            "GET",
            "outbound-connectors?limit=500&after=",
            200,
            "{\"items\":[{\"etag\":\"\\\"b\\\"\",\"object\":"
                + OBJECT
                + ",\"warnings\":[{\"warning\":\"x\"}]}],\"next\":\"To Fabrikam\"}");

    Ran text = policy.run("connectors", "list");
    assertThat(text.exit()).as(text.toString()).isZero();
    assertThat(text.out())
        .contains(
            "from a.example, b.example, c.example and 1 more",
            "TLS, certificate mail.a.example",
            "to fabrikam.example by MX",
            "domainValidation mail.fabrikam.example",
            "disabled",
            "to z.example by h.z.example");
    assertThat(policy.run("connectors", "list", "-o", "csv").out())
        .startsWith("organization,direction,name,type,mode,matches,requirement,warnings\r\n")
        .contains("contoso,outbound,To Fabrikam,partner,enforce", ",1\r\n", ",'=To Z,");
    JsonNode json =
        new ObjectMapper()
            .readTree(
                policy.run("connectors", "list", "--organization", "contoso", "-o", "json").out());
    assertThat(json.path("connectors")).hasSize(3);
    assertThat(json.at("/connectors/1/etag").asText()).isEqualTo("\"b\"");
    assertThat(json.at("/connectors/1/object/tlsDomain").asText())
        .isEqualTo("mail.fabrikam.example");
  }

  @Test
  void theListIsNarrowedByAPartOfTheName() {
    policy
        .answer("GET", "inbound-connectors?limit=500&after=&name=fab%20r", 200, "{\"items\":[]}")
        .answer(
            "GET",
            "outbound-connectors?limit=500&after=&name=fab%20r",
            200,
            "{\"items\":[" + item("[]") + "]}");
    Ran ran = policy.run("connectors", "list", "--organization", "contoso", "--name", "fab r");
    assertThat(ran.exit()).as(ran.toString()).isZero();
    assertThat(ran.out()).contains("To Fabrikam");
  }

  @Test
  void aConnectorIsShownWithItsWarningsAndItsLastValidation() throws Exception {
    policy
        .answer(
            "GET",
            PLACE + "/validations",
            200,
            "{\"last\":{\"met\":false,\"at\":\"2026-11-27T10:00:00Z\",\"by\":\"ann\",\"ofThisDefinition\":false,\"summary\":\"no TLS\"}}")
        .answer(
            "GET",
            PLACE + "?warnings=true",
            200,
            item(
                "[{\"field\":\"recipientDomains\",\"warning\":\"one direction only\",\"cure\":\"a pair\"}]"));
    Ran shown = policy.run("connectors", "show", "contoso", "To Fabrikam");
    assertThat(shown.exit()).as(shown.toString()).isZero();
    assertThat(shown.out())
        .contains(
            "outbound connector contoso/To Fabrikam",
            "  tlsDomain: mail.fabrikam.example",
            "WARNING  recipientDomains: one direction only; a pair",
            "NOT MET at its last validation, 2026-11-27T10:00:00Z by ann (the connector has "
                + "changed since): no TLS");
    JsonNode json =
        new ObjectMapper()
            .readTree(
                policy.run("connectors", "show", "contoso", "To Fabrikam", "-o", "json").out());
    assertThat(json.path("etag").asText()).isEqualTo("\"version-1\"");
    assertThat(json.at("/lastValidation/by").asText()).isEqualTo("ann");
  }

  @Test
  void aConnectorThatIsNotThereIsAFindingAndOneOfBothDirectionsIsAmbiguous() {
    Ran none = policy.run("connectors", "show", "contoso", "To Fabrikam");
    assertThat(none.exit()).isEqualTo(1);
    assertThat(none.err()).contains("no connector \"To Fabrikam\" of contoso");
    connector().answer("GET", "/contoso/inbound-connectors/To%20Fabrikam", 200, item("[]"));
    Ran two = policy.run("connectors", "remove", "contoso", "To Fabrikam", "--yes");
    assertThat(two.exit()).isEqualTo(2);
    assertThat(two.err()).contains("--direction outbound");
    assertThat(changes()).isEmpty();
  }

  @Test
  void setSendsTheWholeConnectorWithTheVersionThatItHasRead() throws Exception {
    connector()
        .answer("PUT", "dryRun=true", 200, COMPARED)
        .answer("PUT", "dryRun=false", 200, COMPARED.replace("\"version\":7", "\"version\":8"));
    Ran ran =
        policy.run(
            "connectors",
            "set",
            "contoso",
            "To Fabrikam",
            "mode=reportOnly",
            "recipientDomains=fabrikam.example,fabrikam.test",
            "--yes",
            "--reason",
            "a new & good one");
    assertThat(ran.exit()).as(ran.toString()).isZero();
    assertThat(ran.out())
        .contains(
            "    mode: enforce -> reportOnly",
            "WARNING  recipientDomains: one direction only; a pair",
            "in force as version 8");
    assertThat(changes())
        .containsExactly(
            "PUT /api/v1/organizations" + PLACE + "?dryRun=true&reason=a%20new%20%26%20good%20one",
            "PUT /api/v1/organizations"
                + PLACE
                + "?dryRun=false&reason=a%20new%20%26%20good%20one");
    Request made = policy.requests().getLast();
    assertThat(made.ifMatch()).isEqualTo("\"version-1\"");
    JsonNode body = new ObjectMapper().readTree(made.body());
    assertThat(body.path("mode").asText()).isEqualTo("reportOnly");
    assertThat(body.path("recipientDomains")).hasSize(2);
    assertThat(body.path("tlsDomain").asText()).isEqualTo("mail.fabrikam.example");
  }

  @Test
  void nothingIsChangedByADryRunOrWithoutSomebodyToAsk() {
    connector().answer("PUT", "dryRun=true", 200, COMPARED);
    Ran dry =
        policy.run("connectors", "set", "contoso", "To Fabrikam", "mode=reportOnly", "--dry-run");
    assertThat(dry.exit()).isZero();
    assertThat(dry.out()).contains("nothing was changed (--dry-run)");
    Ran nobody = policy.run("connectors", "set", "contoso", "To Fabrikam", "mode=x", "-o", "json");
    assertThat(nobody.exit()).isEqualTo(2);
    assertThat(nobody.err()).contains("add --yes");
    assertThat(changes()).noneMatch(change -> change.contains("dryRun=false"));
  }

  @Test
  void aPersonAtATerminalIsAsked() throws Exception {
    connector()
        .answer("PUT", "dryRun=true", 200, COMPARED)
        .answer("PUT", "dryRun=false", 200, COMPARED);
    for (String answer : List.of("n", "y")) {
      try (RunningProgram program =
          policy.startAtTerminal(
              "connectors", "set", "contoso", "To Fabrikam", "mode=reportOnly")) {
        Awaitility.await()
            .atMost(Duration.ofSeconds(90))
            .until(() -> program.output().contains("Make this change? [y/N]"));
        program.type(answer);
        assertThat(program.end()).as(program.output()).isEqualTo(answer.equals("y") ? 0 : 1);
        assertThat(changes().stream().anyMatch(change -> change.contains("dryRun=false")))
            .isEqualTo(answer.equals("y"));
      }
    }
  }

  @Test
  void anothersChangeIsShownAndNothingIsDone() {
    connector()
        .answer("PUT", "dryRun=true", 200, COMPARED)
        .answer(
            "PUT",
            "dryRun=false",
            412,
            "{\"status\":412,\"detail\":\"x\",\"changes\":[],\"current\":"
                + OBJECT.replace("mail.fabrikam.example", "mx.fabrikam.example")
                + "}");
    Ran ran = policy.run("connectors", "set", "contoso", "To Fabrikam", "mode=reportOnly", "--yes");
    assertThat(ran.exit()).isEqualTo(1);
    assertThat(ran.out())
        .contains(
            "NOT CHANGED: another administrator has changed the connector in the meantime:\n    "
                + "tlsDomain: mail.fabrikam.example -> mx.fabrikam.example\n")
        .doesNotContain("in force");
    Ran json =
        policy.run(
            "connectors",
            "set",
            "contoso",
            "To Fabrikam",
            "mode=reportOnly",
            "--yes",
            "-o",
            "json");
    assertThat(json.exit()).isEqualTo(1);
    assertThat(json.out()).contains("\"current\"");
  }

  @Test
  void aWrongValueIsSaidWithItsCure() {
    connector()
        .answer(
            "PUT",
            "dryRun=true",
            422,
            "{\"status\":422,\"detail\":\"The object has a problem, and nothing was changed.\","
                + "\"errors\":[{\"pointer\":\"/tlsDomian\",\"problem\":\"there is no such field\",\"cure\":\"write tlsDomain\"}]}");
    Ran ran = policy.run("connectors", "set", "contoso", "To Fabrikam", "tlsDomian=x", "--yes");
    assertThat(ran.exit()).isEqualTo(1);
    assertThat(ran.out())
        .contains("NOT CHANGED", "/tlsDomian: there is no such field; write tlsDomain");
  }

  @Test
  void anAddedConnectorIsNewAndARemovedOneIsTheOneThatWasRead() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("new.yaml"), "name: To Fabrikam\nconnectorType: partner\n");
    policy.answer("PUT", PLACE, 201, COMPARED).answer("DELETE", PLACE, 200, COMPARED);
    Ran added = policy.run("connectors", "add", "contoso", "outbound", file.toString(), "--yes");
    assertThat(added.exit()).as(added.toString()).isZero();
    assertThat(policy.requests().getLast().body()).isEqualTo(Files.readString(file));
    connector();
    Ran removed = policy.run("connectors", "remove", "contoso", "To Fabrikam", "--yes");
    assertThat(removed.exit()).as(removed.toString()).isZero();
    assertThat(policy.requests().getLast().ifMatch()).isEqualTo("\"version-1\"");
    for (String text : List.of("connectorType: partner\n", "[", "- a\n")) {
      Ran wrong =
          policy.run(
              "connectors",
              "add",
              "contoso",
              "inbound",
              Files.writeString(file, text).toString(),
              "--yes");
      assertThat(wrong.exit()).as(text).isEqualTo(2);
    }
  }
}
