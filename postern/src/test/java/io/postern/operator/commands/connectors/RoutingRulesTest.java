package io.postern.operator.commands.connectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.operator.LabPolicy;
import io.postern.operator.LabPolicy.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands for routing rules against HTTP; they share all else with those of connectors. */
class RoutingRulesTest {
  private static final String PLACE = "/contoso/routing-rules/Sign";
  private static final String SIGN =
      "{\"etag\":\"\\\"v1\\\"\",\"object\":{\"name\":\"Sign\",\"priority\":20,\"enabled\":true,"
          + "\"fromScope\":\"inOrganization\",\"senders\":[\"a.example\",\"b.example\"],"
          + "\"exceptHeaderField\":\"X-Signed\",\"outboundConnector\":\"Signature service\"},"
          + "\"warnings\":[{\"field\":\"senders\",\"warning\":\"a trap\",\"cure\":\"a cure\"}]}";
  private static final String FIRST =
      "{\"etag\":\"\\\"v2\\\"\",\"object\":{\"name\":\"Zip\",\"enabled\":false,"
          + "\"outboundConnector\":\"Archive\"},\"warnings\":[]}";
  private static final String COMPARED =
      "{\"version\":7,\"dryRun\":true,\"applied\":false,\"change\":{\"change\":\"changed\",\"object\":\"routing-rule/contoso/Sign\","
          + "\"fields\":[{\"field\":\"senders\",\"before\":[\"a.example\"],\"after\":[\"c.example\"]}]},\"warnings\":[]}";

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

  @Test
  void rulesAreListedInTheOrderInWhichTheyAreTried() throws Exception {
    policy
        .answer("GET", "/organizations?", 200, "{\"items\":[{\"object\":{\"id\":\"contoso\"}}]}")
        .answer(
            "GET",
            "routing-rules?limit=500&after=",
            200,
            "{\"items\":[" + SIGN + "," + FIRST + "]}");
    Ran csv = policy.run("routing-rules", "list", "-o", "csv");
    assertThat(csv.exit()).as(csv.toString()).isZero();
    assertThat(csv.out())
        .startsWith("organization,priority,name,mode,conditions,connector,warnings\r\n")
        .contains(
            "contoso,0,Zip,disabled,,Archive,\r\ncontoso,20,Sign,enforce,",
            "fromScope=inOrganization senders=",
            "exceptHeaderField=X-Signed",
            ",Signature service,1\r\n");
    JsonNode json =
        new ObjectMapper().readTree(policy.run("routing-rules", "list", "-o", "json").out());
    assertThat(json.at("/routingRules/1/object/name").asText()).isEqualTo("Sign");
    assertThat(json.at("/routingRules/1/etag").asText()).isEqualTo("\"v1\"");
  }

  @Test
  void oneIsShown() {
    policy.answer("GET", PLACE + "?warnings=true", 200, SIGN);
    Ran shown = policy.run("routing-rules", "show", "contoso", "Sign");
    assertThat(shown.exit()).as(shown.toString()).isZero();
    assertThat(shown.out())
        .startsWith("routing rule contoso/Sign\n")
        .contains("  outboundConnector: Signature service", "WARNING  senders: a trap; a cure");
    Ran none = policy.run("routing-rules", "show", "contoso", "Other");
    assertThat(none.exit()).isEqualTo(1);
    assertThat(none.err()).contains("no routing rule \"Other\" of contoso");
  }

  @Test
  void oneIsChangedAsItWasRead() throws Exception {
    policy
        .answer("GET", PLACE + "?warnings=true", 200, SIGN)
        .answer("PUT", "dryRun=true", 200, COMPARED)
        .answer("PUT", "dryRun=false", 200, COMPARED);
    Ran ran =
        policy.run(
            "routing-rules", "set", "contoso", "Sign", "senders=c.example", "priority=", "--yes");
    assertThat(ran.exit()).as(ran.toString()).isZero();
    assertThat(ran.out()).contains("in force as version 7");
    assertThat(policy.requests().getLast().ifMatch()).isEqualTo("\"v1\"");
    JsonNode body = new ObjectMapper().readTree(policy.requests().getLast().body());
    assertThat(body.path("senders")).hasSize(1);
    assertThat(body.has("priority")).isFalse();
    Ran renamed = policy.run("routing-rules", "set", "contoso", "Sign", "name=Other", "--yes");
    assertThat(renamed.exit()).isEqualTo(2);
    assertThat(renamed.err()).contains("a routing rule cannot be renamed");
  }

  @Test
  void oneIsAddedAndRemoved() throws Exception {
    Path file = Files.writeString(folder.resolve("new.yaml"), "name: Sign\n");
    policy.answer("PUT", PLACE, 201, COMPARED).answer("DELETE", PLACE, 200, COMPARED);
    Ran added = policy.run("routing-rules", "add", "contoso", file.toString(), "--yes");
    assertThat(added.exit()).as(added.toString()).isZero();
    assertThat(policy.requests().getLast().body()).isEqualTo("name: Sign\n");
    policy.answer("GET", PLACE + "?warnings=true", 200, SIGN);
    Ran removed = policy.run("routing-rules", "remove", "contoso", "Sign", "--yes");
    assertThat(removed.exit()).as(removed.toString()).isZero();
    assertThat(policy.requests().getLast().ifMatch()).isEqualTo("\"v1\"");
  }

  @Test
  void oneThatExistsIsNotAdded() throws Exception {
    Path file = Files.writeString(folder.resolve("new.yaml"), "name: Sign\n");
    policy.answer(
        "PUT",
        PLACE,
        412,
        "{\"status\":412,\"detail\":\"x\",\"changes\":[],\"current\":{\"name\":\"Sign\"}}");
    Ran again = policy.run("routing-rules", "add", "contoso", file.toString(), "--yes");
    assertThat(again.exit()).isEqualTo(1);
    assertThat(again.out())
        .contains("a routing rule with this name exists: `postern routing-rules set` changes it");
  }
}
