package io.postern.console.web.peers;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.console.AccessForTests;
import io.postern.console.Installation;
import io.postern.console.Management;
import io.postern.console.web.frame.PageAnswers;
import io.postern.console.web.frame.SessionCookie;
import io.postern.contracts.Fingerprints;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pages whose data are other services': as they answer, as JSON, and where one is silent. */
@QuarkusTest
@QuarkusTestResource(Installation.class)
@QuarkusTestResource(value = SomePeers.class, restrictToAnnotatedClass = true)
class PeerPagesTest {
  private static final String HTML = "text/html,application/xhtml+xml,*/*;q=0.8";
  private static final String ORGANIZATIONS = "/api/v1/organizations?limit=500&after=";
  private static final String IMPORT = "/api/v1/import/exchange?organization=contoso&dryRun=true";

  private static final Map<String, String> TOKENS = new ConcurrentHashMap<>();

  private String token = "";

  @BeforeEach
  void signIn() throws Exception {
    await()
        .atMost(Duration.ofSeconds(90))
        .until(() -> given().get(Management.uri() + "/health/ready").statusCode() == 200);
    SomePeers.forget();
    SomePeers.answer(
        ORGANIZATIONS, SomePeers.Reply.json("{\"items\": [{\"object\": {\"id\": \"contoso\"}}]}"));
    token = token("page-operator", "operator");
  }

  /** Of a user who is made once: passwords are hashed slowly. */
  private String token(String name, String role) throws Exception {
    String there = TOKENS.get(name);
    if (there != null) {
      return there;
    }
    String made = AccessForTests.token(name, role);
    TOKENS.put(name, made);
    return made;
  }

  private RequestSpecification browser() {
    return nobody().cookie("postern", token);
  }

  private static RequestSpecification nobody() {
    return given().header("Accept", HTML).redirects().follow(false);
  }

  private String proof() {
    return SessionCookie.formProof("Bearer " + token);
  }

  @Test
  void aPageOfOneAnswerGivesItAsItCame() {
    String answer = "{\"policies\": [],  \"as\": \"it came\"}";
    SomePeers.answer("/api/v1/mta-sts-policies", SomePeers.Reply.json(answer));

    browser()
        .get("/certificates/mta-sts?as=json")
        .then()
        .statusCode(200)
        .header("Content-Type", startsWith("application/json"))
        .header("X-Content-Type-Options", equalTo("nosniff"))
        .header("Content-Security-Policy", containsString("default-src 'self'"))
        .header("Cross-Origin-Resource-Policy", equalTo("same-origin"))
        .header("Cache-Control", equalTo("no-store"))
        .body(is(answer));
    assertThat(SomePeers.asked())
        .allMatch(asked -> asked.authorization().equals("Bearer " + token))
        .hasSize(1);
    browser()
        .get("/certificates/mta-sts")
        .then()
        .header("Content-Type", startsWith("text/html"))
        .body(containsString("href=\"/certificates/mta-sts?as=json\""));
  }

  @Test
  void aPageOfSeveralAnswersGivesEachByItsPath() throws Exception {
    SomePeers.answer("/certificates.json", SomePeers.Reply.json("{\"certificates\": []}"));
    SomePeers.answer(
        "/api/v1/expiring-certificates?withinDays=30", SomePeers.Reply.json("{\"total\": 7}"));

    JsonNode both =
        new ObjectMapper()
            .readTree(browser().get("/certificates?withinDays=30&as=json").asString());

    assertThat(both).hasSize(2);
    assertThat(
            both.path("certificate-service/api/v1/expiring-certificates?withinDays=30")
                .path("total")
                .asInt())
        .isEqualTo(7);
    assertThat(both.has("certificate-service/certificates.json")).isTrue();
  }

  @Test
  void aRefusalStaysARefusalAsJson() {
    SomePeers.answer(
        "/api/v1/mta-sts-policies",
        new SomePeers.Reply(
            403,
            "application/problem+json",
            "{\"title\":\"Not allowed\",\"status\":403,\"detail\":\"Operators alone.\"}"));

    browser()
        .get("/certificates/mta-sts?as=json")
        .then()
        .statusCode(403)
        .header("Content-Type", startsWith("application/problem+json"))
        .body("detail", equalTo("Operators alone."));
    nobody()
        .get("/certificates/mta-sts?as=json")
        .then()
        .statusCode(303)
        .header("Location", startsWith("/sign-in?next="));
  }

  @Test
  void aPageOfThisServicesDataLeadsToItsApi() {
    browser()
        .get("/changes?as=json")
        .then()
        .statusCode(303)
        .header("Location", equalTo("/api/v1/changes?since=90d"));
  }

  /** Within the time of a page, and with what it has. */
  @Test
  void aPageComesWithoutTheServicesThatAreSilent() {
    SomePeers.answer("/api/v1/me", SomePeers.Reply.never());
    SomePeers.answer(
        "/api/v1/expiring-certificates?withinDays=30", SomePeers.Reply.json("{\"total\": 0}"));
    long before = System.nanoTime();

    browser()
        .get("/")
        .then()
        .statusCode(200)
        .body(
            allOf(
                containsString("policy-service does not respond"),
                containsString("/certificates?withinDays=30")));

    Duration took = Duration.ofNanos(System.nanoTime() - before);
    assertThat(took).isBetween(PageCalls.ALONE, PageCalls.TOGETHER);
  }

  @Test
  void anUnknownAddressIsAPageForABrowser() {
    for (String path : List.of("/nothing", "/certificates/nothing/of/this", "/access/nothing")) {
      for (RequestSpecification reader : List.of(nobody(), browser())) {
        reader
            .get(path)
            .then()
            .statusCode(404)
            .header("Content-Type", startsWith("text/html"))
            .header("Content-Security-Policy", equalTo(PageAnswers.POLICY))
            .body(containsString("There is no page at this address."));
      }
    }
    nobody()
        .header("Accept-Language", "de-DE,de;q=0.9")
        .get("/nothing")
        .then()
        .statusCode(404)
        .body(containsString("Unter dieser Adresse gibt es keine Seite."));
    given()
        .header("Accept", "application/json")
        .get("/nothing")
        .then()
        .statusCode(404)
        .header("Content-Type", startsWith("application/problem+json"));
    nobody()
        .get("/api/v1/nothing")
        .then()
        .statusCode(404)
        .header("Content-Type", startsWith("application/problem+json"));
  }

  @Test
  void onlyAnOperatorIsOfferedWhatIsAnOperators() throws Exception {
    browser()
        .get("/certificates")
        .then()
        .statusCode(200)
        .body(
            allOf(
                containsString("href=\"/certificates/mta-sts\""),
                containsString("href=\"/certificates/revocation\"")));
    token = token("page-auditor", "auditor:contoso");
    browser()
        .get("/certificates")
        .then()
        .statusCode(200)
        .body(
            allOf(
                containsString("href=\"/certificates/roots\""),
                not(containsString("/certificates/mta-sts")),
                not(containsString("/certificates/revocation"))));
  }

  @Test
  void anOperatorSeesNextHopsAndApprovesAndRevokes() {
    nextHops();
    browser()
        .get("/next-hops")
        .then()
        .statusCode(200)
        .body(
            allOf(
                containsString("10.0.0.5:2525"),
                containsString("it is not a public address"),
                containsString("not approved"),
                containsString("href=\"/connectors/contoso/outbound/To%20inside\""),
                containsString("value=\"approve\""),
                containsString("value=\"revoke\""),
                containsString("10.0.0.7:25"),
                containsString("not in a connector or domain now"),
                not(containsString("value=\"10.0.0.7:25\"")), // no button
                containsString("postern next-hops list")));
    String approval =
        "/api/v1/organizations/contoso/outbound-connectors/To%20inside/approval?value=10.0.0.5%3A2525";
    SomePeers.answer(approval, SomePeers.Reply.json("{\"applied\": true}"));
    RequestSpecification form =
        browser()
            .formParam("organization", "contoso")
            .formParam("kind", "outbound-connectors")
            .formParam("name", "To inside")
            .formParam("value", "10.0.0.5:2525")
            .formParam("etag", "\"7\"")
            .formParam("action", "approve");
    form.post("/next-hops").then().statusCode(403);
    form.formParam("proof", proof())
        .post("/next-hops")
        .then()
        .statusCode(303)
        .header("Location", equalTo("/next-hops?organization=contoso&approved=10.0.0.5%3A2525"));
    assertThat(lastOf(approval).authorization()).isEqualTo("Bearer " + token);

    SomePeers.answer(
        approval,
        new SomePeers.Reply(
            412,
            "application/problem+json",
            "{\"title\":\"Changed\",\"status\":412,\"detail\":\"It has been changed.\"}"));
    form.post("/next-hops").then().statusCode(412).body(containsString("It has been changed."));
  }

  @Test
  void anAdministratorSeesNextHopsWithoutButtons() throws Exception {
    nextHops();
    token = token("page-administrator", "administrator:contoso");
    browser()
        .get("/next-hops")
        .then()
        .statusCode(200)
        .body(
            allOf(
                containsString("10.0.0.5:2525"),
                containsString("Ask an operator to approve one."),
                not(containsString("value=\"approve\"")),
                not(containsString("value=\"revoke\""))));
    browser()
        .header("Accept-Language", "de-DE,de;q=0.9")
        .get("/next-hops")
        .then()
        .body(containsString("nicht freigegeben"));
  }

  private static void nextHops() {
    SomePeers.answer(
        "/api/v1/organizations?limit=500&after=",
        SomePeers.Reply.json("{\"items\": [{\"object\": {\"id\": \"contoso\"}}]}"));
    String of =
        "{\"organization\": \"contoso\", \"kind\": \"%s\", \"name\": \"%s\", \"field\": \"%s\","
            + " \"value\": \"%s\", \"type\": \"host\", \"need\": \"private-address\","
            + " \"approved\": %s, \"revoked\": false, \"etag\": \"\\\"7\\\"\"}";
    SomePeers.answer(
        "/api/v1/next-hops?limit=200&after=",
        SomePeers.Reply.json(
            "{\"version\": 3, \"items\": ["
                + of.formatted(
                    "outbound-connectors", "To inside", "smartHosts[0]", "10.0.0.5:2525", "false")
                + ", "
                + of.formatted(
                    "accepted-domains", "contoso.com", "mailboxRoute.host", "10.0.0.6:25", "true")
                + ", {\"organization\": \"contoso\", \"kind\": \"organizations\","
                + " \"name\": \"contoso\", \"value\": \"10.0.0.7:25\", \"type\": \"host\","
                + " \"approved\": false, \"revoked\": true, \"by\": \"admin\","
                + " \"since\": \"2026-11-30T10:00:00Z\", \"etag\": \"\\\"8\\\"\"}]}"));
  }

  @Test
  void organizationsAreChosenInEachFilter() throws Exception {
    token = token("page-auditor", "auditor:contoso");
    for (String page : List.of("/changes", "/queue", "/reports/inbound", "/messages", "/refused")) {
      browser()
          .get(page)
          .then()
          .statusCode(200)
          .body(containsString("name=\"organization\"><option value=\"\""))
          .body(containsString("<option value=\"contoso\">contoso</option>"));
    }
    browser()
        .get("/certificates/roots")
        .then()
        .body(containsString("<option value=\"contoso\">contoso</option>"));
  }

  @Test
  void anImportWithProblemsShowsItsFindings() {
    String answer =
        """
        {"type": "/problems#not-valid", "title": "Not valid", "status": 422, "detail": "There is 1 problem.",
         "organization": "contoso", "file": "organizations: []",
         "findings": [{"object": "From Fabrikam", "parameter": "RequireTls", "value": "true", "taken": "notTaken", "remark": "a remark"}],
         "errors": [{"pointer": "/organizations/0/acceptedDomains", "object": "organization/contoso", "problem": "a problem", "cure": "its cure"}]}
        """;
    SomePeers.answer(IMPORT, new SomePeers.Reply(422, "application/problem+json", answer));
    browser()
        .multiPart("proof", proof())
        .multiPart("organization", "contoso")
        .multiPart("text", "[]")
        .post("/partners/import")
        .then()
        .statusCode(200)
        .body(
            allOf(
                containsString("a remark"),
                containsString(
                    "organization/contoso /organizations/0/acceptedDomains: a problem its cure"),
                not(containsString("name=\"seen\""))));
  }

  /** The record of changes has it whichever way a connector came. */
  @Test
  void theReasonOfAnImportAndOfAnUndoIsSent() {
    String made = IMPORT.replace("dryRun=true", "dryRun=false") + "&reason=new%20contract";
    SomePeers.answer(made, SomePeers.Reply.json("{\"applied\": true, \"version\": 12}"));
    browser()
        .multiPart("proof", proof())
        .multiPart("organization", "contoso")
        .multiPart("text", "[]")
        .multiPart("seen", "3")
        .multiPart("reason", "new contract")
        .post("/partners/import")
        .then()
        .statusCode(303)
        .header("Location", containsString("imported=12"));

    String partner = "/api/v1/organizations/contoso/partners/fabrikam.example";
    SomePeers.answer(partner + "?reason=ended", SomePeers.Reply.json("{\"applied\": true}"));
    browser()
        .formParam("proof", proof())
        .formParam("organization", "contoso")
        .formParam("domain", "fabrikam.example")
        .formParam("seen", "3")
        .formParam("reason", "ended")
        .post("/partners/undo")
        .then()
        .statusCode(303)
        .header("Location", containsString("undone=fabrikam.example"));
  }

  @Test
  void aReaderChangesTheOwnPasswordAndSignsInAgain() {
    String path = "/api/v1/me/password";
    browser().get("/access/own/password").then().statusCode(200);
    SomePeers.answer(
        path,
        new SomePeers.Reply(
            403,
            "application/problem+json",
            "{\"status\": 403, \"title\": \"Not allowed\", \"detail\": \"Wrong.\", \"errors\":"
                + " [{\"pointer\": \"/current\", \"problem\": \"it is not the user's password\"}]}"));
    RequestSpecification form =
        browser().formParam("proof", proof()).formParam("current", "former one");
    form.formParam("password", "a much longer one")
        .formParam("again", "a much longer one")
        .post("/access/own/password")
        .then()
        .statusCode(200)
        .body(containsString("it is not the user&#39;s password"), not(containsString("former")));
    assertThat(json(lastOf(path).body()).path("current").asText()).isEqualTo("former one");

    SomePeers.answer(path, new SomePeers.Reply(204, "application/json", ""));
    browser()
        .formParam("proof", proof())
        .formParam("current", "former one")
        .formParam("password", "a much longer one")
        .formParam("again", "a much longer two")
        .post("/access/own/password")
        .then()
        .statusCode(200)
        .body(containsString("The new passwords differ."));
    browser()
        .formParam("proof", proof())
        .formParam("current", "former one")
        .formParam("password", "a much longer one")
        .formParam("again", "a much longer one")
        .post("/access/own/password")
        .then()
        .statusCode(303)
        .header("Location", endsWith("/sign-in?left=password"))
        .cookie("postern", equalTo(""));
    nobody()
        .get("/sign-in?left=password")
        .then()
        .body(containsString("Your password was changed."));
  }

  /** Another site's link must not make an administrator's browser connect to hosts. */
  @Test
  void aLookAtAPartnersHostsIsBegunByAForm() {
    String query = "?organization=contoso&domain=linked.example";
    String look = "/api/v1/organizations/contoso/partners/linked.example/look";
    SomePeers.answer(
        look, SomePeers.Reply.json("{\"hosts\": [{\"host\": \"mx.linked.example\"}]}"));
    browser()
        .redirects()
        .follow(false)
        .get("/partners/secure/look" + query)
        .then()
        .statusCode(303)
        .header("Location", endsWith("/partners/secure" + query));
    browser()
        .formParam("organization", "contoso")
        .formParam("domain", "linked.example")
        .post("/partners/secure/look")
        .then()
        .statusCode(403);
    assertThat(SomePeers.asked()).noneMatch(asked -> asked.path().equals(look));

    browser()
        .formParam("proof", proof())
        .formParam("organization", "contoso")
        .formParam("domain", "linked.example")
        .post("/partners/secure/look")
        .then()
        .statusCode(200)
        .body(containsString("mx.linked.example"));
    assertThat(lastOf(look).body()).isEmpty();
  }

  @Test
  void aFileOfFourMegabytesIsTakenAndALargerOneIsExplained() {
    SomePeers.answer(IMPORT, SomePeers.Reply.json("{\"findings\": [], \"changes\": []}"));
    byte[] file = "x".repeat(4 << 20).getBytes(StandardCharsets.US_ASCII);
    upload(file).then().statusCode(200).body(not(containsString("role=\"alert\"")));
    assertThat(lastOf(IMPORT).body()).hasSize(file.length);

    upload("x".repeat((4 << 20) + 1).getBytes(StandardCharsets.US_ASCII))
        .then()
        .statusCode(200)
        .body(containsString("The file is larger than 4 MB"));

    browser()
        .formParam("proof", proof())
        .formParam("name", "x".repeat(2 << 20))
        .post("/access/users")
        .then()
        .statusCode(413)
        .header("Content-Type", startsWith("text/html"))
        .header("Content-Security-Policy", equalTo(PageAnswers.POLICY))
        .header("Connection", equalTo("close"))
        .body(containsString("A form may have up to 1 MB"));
    given()
        .body("x".repeat(2 << 20))
        .post("/access/users")
        .then()
        .statusCode(413)
        .header("Content-Type", startsWith("application/problem+json"));
  }

  @Test
  void aPageSaysWhichThingThereIsNot() {
    browser()
        .get("/connectors/contoso/sideways/x")
        .then()
        .statusCode(404)
        .header("Content-Type", startsWith("text/html"))
        .body(
            allOf(
                containsString("No such direction sideways of connectors"),
                not(containsString("There is no page"))));
  }

  private io.restassured.response.Response upload(byte[] file) {
    return browser()
        .multiPart("proof", proof())
        .multiPart("organization", "contoso")
        .multiPart("file", "exchange.json", file)
        .post("/partners/import");
  }

  /** What was typed stands in the address of the comparison. */
  @Test
  void aDraftOfAConnectorIsComparedAndStaysInTheAddress() {
    String connector =
        "{\"name\": \"From Fabrikam\", \"connectorType\": \"partner\", \"requireTls\": true}";
    SomePeers.answer(
        "/api/v1/organizations/contoso/inbound-connectors/From%20Fabrikam?warnings=true",
        SomePeers.Reply.json("{\"etag\": \"5\", \"object\": " + connector + ", \"warnings\": []}"));
    SomePeers.answer(
        "/api/v1/what-if?days=3&organization=contoso",
        new SomePeers.Reply(202, "application/json", "{\"id\": \"17\", \"state\": \"running\"}"));
    browser()
        .queryParam("name", "From Fabrikam")
        .get("/what-ifs/draft?organization=contoso&direction=inbound")
        .then()
        .statusCode(200)
        .body(containsString("name=\"requireTls\" value=\"true\" checked"));

    String address =
        browser()
            .formParam("proof", proof())
            .formParam("organization", "contoso")
            .formParam("direction", "inbound")
            .formParam("name", "From Fabrikam")
            .formParam("etag", "\"5\"")
            .formParam("days", "3")
            .formParam("comment", "typed here, with ä ü 𝄞 \"quotes\"")
            .post("/what-ifs/draft")
            .then()
            .statusCode(303)
            .header("Location", startsWith("/what-ifs/17?"))
            .extract()
            .header("Location");

    String body = lastOf("/api/v1/what-if?days=3&organization=contoso").body();
    runs("17", "contoso", body);
    JsonNode draft = json(body);
    JsonNode sent = draft.path("inboundConnectors");
    assertThat(sent).hasSize(1);
    assertThat(sent.path(0).path("comment").asText()).startsWith("typed here");
    assertThat(sent.path(0).path("requireTls").asBoolean(true)).isFalse();
    at(address)
        .statusCode(200)
        .body(
            allOf(
                containsString("value=\"typed here"),
                containsString("hx-get=\"/partners/what-ifs/17/progress\""),
                containsString("25 % of the records read"),
                containsString("<code>/what-ifs/17</code>"),
                containsString("<option value=\"3\" selected>")));

    for (String other :
        List.of(
            address.replace("typed", "written"),
            address.replace("organization=contoso", "organization=fabrikam"),
            address.replaceFirst("name=From[^&]*", "name=Another"),
            address.replace("direction=inbound", "direction=outbound"))) {
      assertThat(other).isNotEqualTo(address);
      at(other)
          .statusCode(200)
          .body(
              allOf(
                  containsString("was made with a different draft"),
                  not(containsString("25 % of the records read"))));
    }
    SomePeers.answer("/api/v1/what-if/17", SomePeers.Reply.never());
    at(address)
        .statusCode(200)
        .body(
            allOf(
                containsString("value=\"typed here"),
                containsString("policy-service does not respond")));
  }

  private ValidatableResponse at(String address) {
    return given().urlEncodingEnabled(false).cookie("postern", token).get(address).then();
  }

  /** A comparison of this draft. */
  private static void runs(String id, String organization, String draft) {
    SomePeers.answer(
        "/api/v1/what-if/" + id,
        SomePeers.Reply.json(
            """
            {"id": "%s", "state": "running", "percent": 25, "organizations": ["%s"], "draft": "%s"}
            """
                .formatted(
                    id,
                    organization,
                    Fingerprints.hex(
                        Fingerprints.sha256(draft.getBytes(StandardCharsets.UTF_8))))));
  }

  @Test
  void theQueryOfAComparisonsAddressIsNotTrusted() {
    for (String draft : List.of("null", "[]", "7", "{", "\"text\"")) {
      browser()
          .queryParam("draft", draft)
          .get("/what-ifs/18")
          .then()
          .statusCode(400)
          .body(containsString("it is not a JSON object"));
    }
    for (String etag : List.of("*", "\"5\", \"6\"", "x".repeat(81))) {
      browser()
          .queryParam("etag", etag)
          .get("/what-ifs/18")
          .then()
          .statusCode(400)
          .body(containsString("it is not a version of a connector"));
      browser()
          .formParam("proof", proof())
          .formParam("organization", "contoso")
          .formParam("direction", "inbound")
          .formParam("name", "From Fabrikam")
          .formParam("etag", etag)
          .post("/what-ifs/draft")
          .then()
          .statusCode(400);
    }
  }

  /** The organizations are asked for when the call has ended, and may be away then. */
  @Test
  void whatWasTypedStaysWherePolicyServiceIsSilentAfterwards() {
    SomePeers.answer(ORGANIZATIONS, SomePeers.Reply.never());
    String refusal = "{\"title\": \"Refused\", \"status\": 422, \"detail\": \"A sentence.\"}";
    SomePeers.Reply refused = new SomePeers.Reply(422, "application/problem+json", refusal);
    SomePeers.answer("/api/v1/what-if?days=7", refused);
    SomePeers.answer(IMPORT, refused);
    for (String form : List.of("/what-ifs/file", "/partners/import")) {
      browser()
          .multiPart("proof", proof())
          .multiPart("organization", "contoso")
          .multiPart("text", "what was typed")
          .post(form)
          .then()
          .statusCode(200)
          .body(
              allOf(
                  containsString("A sentence."),
                  containsString("what was typed</textarea>"),
                  containsString("policy-service does not respond")));
    }
  }

  @Test
  void aDirectoryFileOfWindowsIsRead() {
    SomePeers.answer(
        "/api/v1/what-if?days=7",
        new SomePeers.Reply(202, "application/json", "{\"id\": \"19\", \"state\": \"running\"}"));
    for (Charset charset : List.of(StandardCharsets.UTF_16, StandardCharsets.ISO_8859_1)) {
      browser()
          .multiPart("proof", proof())
          .multiPart("file", "draft.yaml", "# für alle".getBytes(charset))
          .post("/what-ifs/file")
          .then()
          .statusCode(303);
      assertThat(lastOf("/api/v1/what-if?days=7").body()).isEqualTo("# für alle");
    }
  }

  private static SomePeers.Asked lastOf(String path) {
    return SomePeers.asked().stream()
        .filter(each -> each.path().equals(path))
        .reduce((first, second) -> second)
        .orElseThrow();
  }

  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void aDraftsFaultIsBesideItsField() {
    SomePeers.answer(
        "/api/v1/what-if?days=7&organization=contoso",
        new SomePeers.Reply(
            422,
            "application/problem+json",
            """
            {"title": "The draft has errors", "status": 422, "detail": "Each is one.",
             "errors": [{"pointer": "/inboundConnectors/0/senderDomains/0", "object": "inbound-connector/contoso/New", "problem": "a problem", "cure": "its cure"}]}
            """));

    browser()
        .formParam("proof", proof())
        .formParam("organization", "contoso")
        .formParam("direction", "inbound")
        .formParam("connectorType", "partner")
        .formParam("name", "New")
        .formParam("comment", "typed here")
        .post("/what-ifs/draft")
        .then()
        .statusCode(200)
        .body(
            allOf(
                containsString("id=\"senderDomains-fault\"><bdi>a problem its cure</bdi>"),
                containsString("value=\"typed here\"")));
  }

  @Test
  void aDirectoryFileIsCompared() {
    SomePeers.answer(
        "/api/v1/what-if?days=2",
        new SomePeers.Reply(202, "application/json", "{\"id\": \"18\", \"state\": \"running\"}"));

    browser()
        .multiPart("proof", proof())
        .multiPart("days", "2")
        .multiPart("file", "draft.yaml", "organizations: []".getBytes(StandardCharsets.UTF_8))
        .post("/what-ifs/file")
        .then()
        .statusCode(303)
        .header("Location", equalTo("/what-ifs/18?days=2"));
    assertThat(lastOf("/api/v1/what-if?days=2"))
        .returns("application/yaml", SomePeers.Asked::type)
        .returns("organizations: []", SomePeers.Asked::body);

    for (String kind : List.of("inbound-connectors", "outbound-connectors", "routing-rules")) {
      SomePeers.answer(
          "/api/v1/organizations/contoso/" + kind + "?limit=500&name=&after=",
          SomePeers.Reply.json("{\"items\": []}"));
    }
    SomePeers.answer(
        "/api/v1/what-if?days=7",
        new SomePeers.Reply(
            422,
            "application/problem+json",
            """
            {"title": "The draft has errors", "status": 422, "detail": "Each is one.",
             "errors": [{"pointer": "/organizations/0", "problem": "a problem", "cure": "its cure", "line": 12}]}
            """));
    browser()
        .multiPart("proof", proof())
        .multiPart("text", "organizations: nothing")
        .post("/what-ifs/file")
        .then()
        .statusCode(200)
        .body(
            allOf(
                containsString("Line 12, <code>/organizations/0</code>"),
                containsString("organizations: nothing</textarea>")));
  }
}
