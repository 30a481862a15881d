package io.postern.console.web.peers;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.console.AccessForTests;
import io.postern.console.Installation;
import io.postern.console.Management;
import io.postern.console.web.frame.SessionCookie;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Routing rules are listed, added, changed and removed on the pages of connectors. */
@QuarkusTest
@QuarkusTestResource(Installation.class)
@QuarkusTestResource(value = SomePeers.class, restrictToAnnotatedClass = true)
class RoutingRulePagesTest {
  private static final String ORGANIZATION = "/api/v1/organizations/contoso/";
  private static final String CONNECTORS = ORGANIZATION + "outbound-connectors?limit=500&after=";
  private static final String RULE = ORGANIZATION + "routing-rules/Sign";
  private static final String PAGE = "/connectors/contoso/routing/Sign";
  private static final String SIGN =
      """
      {"name": "Sign", "priority": 10, "enabled": true, "mode": "enforce", "fromScope": "inOrganization",
       "senders": ["contoso.example"], "outboundConnector": "Signature service"}
      """;

  private static String token = "";

  @BeforeEach
  void signIn() throws Exception {
    await()
        .atMost(Duration.ofSeconds(90))
        .until(() -> given().get(Management.uri() + "/health/ready").statusCode() == 200);
    if (token.isEmpty()) {
      token = AccessForTests.token("rules-operator", "operator");
    }
    SomePeers.forget();
    SomePeers.answer(
        "/api/v1/organizations?limit=500&after=",
        SomePeers.Reply.json("{\"items\": [{\"object\": {\"id\": \"contoso\"}}]}"));
    SomePeers.answer(RULE + "?warnings=true", SomePeers.Reply.json(item("5")));
    SomePeers.answer(CONNECTORS, SomePeers.Reply.json(connectors("")));
  }

  private static String connectors(String next) {
    return """
        {"items": [
          {"object": {"name": "Archive", "isTransportRuleScoped": true}},
          {"object": {"name": "Signature service", "isTransportRuleScoped": true}},
          {"object": {"name": "To Fabrikam"}}]%s}
        """
        .formatted(next);
  }

  private static String item(String etag) {
    return "{\"etag\": \"%s\", \"object\": %s, \"warnings\": []}".formatted(etag, SIGN);
  }

  private static SomePeers.Reply problem(int status, String errors) {
    return new SomePeers.Reply(
        status,
        "application/problem+json",
        "{\"title\": \"No\", \"status\": %d, \"detail\": \"No.\", \"errors\": [%s]}"
            .formatted(status, errors));
  }

  private static RequestSpecification browser() {
    return given()
        .header("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
        .redirects()
        .follow(false)
        .cookie("postern", token);
  }

  private static RequestSpecification form() {
    return browser()
        .formParam("proof", SessionCookie.formProof("Bearer " + token))
        .formParam("organization", "contoso")
        .formParam("direction", "routing")
        .formParam("name", "Sign");
  }

  private static JsonNode sent(String path) throws Exception {
    String body =
        SomePeers.asked().stream()
            .filter(each -> each.path().equals(path))
            .reduce((first, second) -> second)
            .orElseThrow()
            .body();
    return new ObjectMapper().readTree(body);
  }

  @Test
  void rulesAreInTheListOfConnectors() {
    for (String kind : List.of("inbound-connectors", "outbound-connectors")) {
      SomePeers.answer(
          ORGANIZATION + kind + "?limit=100&name=&after=", SomePeers.Reply.json("{\"items\": []}"));
    }
    SomePeers.answer(
        ORGANIZATION + "routing-rules?limit=100&name=&after=",
        SomePeers.Reply.json("{\"items\": [" + item("5") + "], \"next\": \"Sign\"}"));

    browser()
        .get("/connectors")
        .then()
        .statusCode(200)
        .body(
            allOf(
                containsString("<a href=\"" + PAGE + "\"><bdi>Sign</bdi></a>"),
                containsString("<td class=\"what\">Routing rule</td>"),
                containsString("<bdi>to connector Signature service</bdi><br><bdi>priority 10<"),
                containsString("after=contoso%2Frouting%2FSign"),
                containsString("href=\"/connectors/new?direction=routing\""),
                not(containsString("&amp;connector=Sign"))));
  }

  @Test
  void aRuleIsShownInWordsOfTheReader() {
    browser()
        .header("Accept-Language", "de")
        .get(PAGE)
        .then()
        .statusCode(200)
        .body(
            allOf(
                containsString("Routingregel · <bdi>an den Connector Signature service</bdi>"),
                containsString("<bdi>innerhalb der Organisation</bdi>"),
                containsString("href=\"" + PAGE + "/edit\""),
                not(containsString(PAGE + "/validate")),
                not(containsString("postern connectors"))));
  }

  @Test
  void aRuleIsAdded() throws Exception {
    browser()
        .get("/connectors/new?direction=routing&organization=contoso")
        .then()
        .statusCode(200)
        .body(
            allOf(
                containsString("New routing rule"),
                containsString("Exceptions: none may hold"),
                containsString("name=\"enabled\" value=\"true\" checked"),
                not(containsString("connectorType"))));
    String put = RULE + "?dryRun=false&reason=a%20reason";
    SomePeers.answer(put, SomePeers.Reply.json("{\"version\": 7}"));

    form()
        .formParam("enabled", "true")
        .formParam("mode", "enforce")
        .formParam("priority", "10")
        .formParam("fromScope", "inOrganization")
        .formParam("senders", "contoso.example\nann@contoso.example")
        .formParam("outboundConnector", "Signature service")
        .formParam("reason", "a reason")
        .post("/connectors/new")
        .then()
        .statusCode(303)
        .header("Location", equalTo(PAGE + "?saved=7"));

    assertThat(sent(put))
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    {"enabled": true, "mode": "enforce", "priority": 10, "fromScope": "inOrganization",
                     "senders": ["contoso.example", "ann@contoso.example"], "outboundConnector": "Signature service"}
                    """));
  }

  @Test
  void aRuleChoosesOneOfTheConnectorsThatOnlyRulesUse() {
    String edit = "<option value=\"Archive\">Archive</option><option value=\"Signature service\" ";
    browser()
        .get(PAGE + "/edit")
        .then()
        .statusCode(200)
        .body(
            allOf(
                containsString("<select id=\"outboundConnector\""),
                containsString(edit + "selected>Signature service</option></select>"),
                containsString("postern routing-rules set contoso Sign FIELD=VALUE"),
                not(containsString("To Fabrikam"))));
    browser()
        .get("/connectors/new?direction=routing&organization=contoso")
        .then()
        .body(
            allOf(
                containsString("<option value=\"\" selected></option><option value=\"Archive\">"),
                containsString("postern routing-rules add contoso FILE")));
    // Another's connector, or one that is gone, is not replaced by opening the form.
    SomePeers.answer(RULE + "?dryRun=false&reason=", problem(422, ""));
    form()
        .formParam("outboundConnector", "Gone")
        .post("/connectors/new")
        .then()
        .body(containsString("<option value=\"Gone\" selected>Gone</option><option"));
    SomePeers.answer(CONNECTORS, SomePeers.Reply.json(connectors(", \"next\": \"To Fabrikam\"")));
    browser()
        .get(PAGE + "/edit")
        .then()
        .body(
            containsString(
                "<input class=\"plain\" id=\"outboundConnector\" name=\"outboundConnector\""
                    + " value=\"Signature service\""));
  }

  @Test
  void aWrongValueIsShownAtItsField() {
    SomePeers.answer(
        RULE + "?dryRun=false&reason=",
        problem(
            422,
            "{\"pointer\": \"/outboundConnector\", \"problem\": \"a problem\", \"cure\": \"its cure\"}"));
    SomePeers.answer(
        "/api/v1/what-if?days=7&organization=contoso",
        problem(
            422,
            "{\"pointer\": \"/routingRules/0/outboundConnector\", \"problem\": \"a problem\", \"cure\": \"its cure\"}"));
    for (String action : List.of("/connectors/new", "/what-ifs/draft")) {
      form()
          .formParam("outboundConnector", "Nothing")
          .post(action)
          .then()
          .statusCode(200)
          .body(
              allOf(
                  containsString("id=\"outboundConnector-fault\"><bdi>a problem its cure</bdi>"),
                  containsString("value=\"Nothing\"")));
    }
  }

  @Test
  void aChangeByAnotherAdministratorIsNotOverwritten() throws Exception {
    browser()
        .get(PAGE + "/edit")
        .then()
        .statusCode(200)
        .body(
            allOf(
                containsString("name=\"etag\" value=\"5\""),
                containsString("<option value=\"inOrganization\" selected>")));
    String put = RULE + "?dryRun=false&reason=";
    SomePeers.answer(put, problem(412, ""));
    SomePeers.answer(RULE + "?warnings=true", SomePeers.Reply.json(item("6")));

    form()
        .formParam("etag", "5")
        .formParam("enabled", "true")
        .formParam("mode", "enforce")
        .formParam("priority", "20")
        .formParam("outboundConnector", "Signature service")
        .post(PAGE + "/edit")
        .then()
        .statusCode(200)
        .body(
            allOf(
                containsString("Another administrator has made a change in the meantime"),
                containsString("name=\"etag\" value=\"6\""),
                containsString("<td><bdi>10</bdi></td><td><bdi>20</bdi></td>")));
    assertThat(sent(put).has("senders")).isFalse();
  }

  @Test
  void aRuleIsRemoved() {
    browser()
        .get(PAGE + "/delete")
        .then()
        .statusCode(200)
        .body(
            allOf(
                containsString("Mail that this rule gives to its connector"),
                containsString("postern routing-rules remove contoso Sign")));
    SomePeers.answer(RULE + "?dryRun=false&reason=", SomePeers.Reply.json("{\"version\": 8}"));

    form()
        .formParam("etag", "5")
        .post(PAGE + "/delete")
        .then()
        .statusCode(303)
        .header("Location", equalTo("/connectors?removed=Sign"));
  }

  @Test
  void aDraftOfARuleIsCompared() throws Exception {
    String whatIf = "/api/v1/what-if?days=7&organization=contoso";
    SomePeers.answer(
        whatIf,
        new SomePeers.Reply(202, "application/json", "{\"id\": \"21\", \"state\": \"running\"}"));

    form()
        .formParam("outboundConnector", "Signature service")
        .post("/what-ifs/draft")
        .then()
        .statusCode(303);

    assertThat(sent(whatIf).path("routingRules").path(0).path("outboundConnector").asText())
        .isEqualTo("Signature service");
    browser()
        .get("/what-ifs/draft?direction=routing&organization=contoso")
        .then()
        .statusCode(200)
        .body(containsString("name=\"outboundConnector\""));
  }
}
