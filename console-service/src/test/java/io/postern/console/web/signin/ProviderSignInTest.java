package io.postern.console.web.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.console.AccessForTests;
import io.postern.console.web.frame.PageAnswers;
import io.postern.console.web.frame.SessionCookie;
import io.postern.lab.LabAccess;
import io.postern.lab.LabProvider;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.Cookies;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The authorization code flow with a provider on a socket, and what others can do to it. */
@QuarkusTest
@QuarkusTestResource(value = ProviderForTests.class, restrictToAnnotatedClass = true)
class ProviderSignInTest {
  private static final String BEGIN = "/sign-in/provider";
  private static final String SESSION = "postern";
  private static final String SEEN = "postern-seen";

  private LabProvider provider;

  @BeforeEach
  void start() {
    provider = ProviderForTests.provider();
    provider.user("anna", List.of("administrator"), List.of("contoso"));
  }

  private static RequestSpecification browser(Map<String, String> cookies) {
    return RestAssured.given().redirects().follow(false).cookies(cookies);
  }

  private static Map<String, String> query(String address) {
    Map<String, String> query = new HashMap<>();
    for (String pair : URI.create(address).getRawQuery().split("&")) {
      String[] parts = pair.split("=", 2);
      query.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    return query;
  }

  private static String location(Response response) {
    return Objects.requireNonNull(response.getHeader("Location"));
  }

  /** A browser that was sent to the provider. */
  private record Begun(Map<String, String> cookies, String at) {}

  private static Begun begun(String next) {
    Response response = browser(Map.of()).queryParam("next", next).get(BEGIN);
    assertThat(response.statusCode()).isEqualTo(303);
    return new Begun(response.getCookies(), location(response));
  }

  /** Where the provider, whose user agrees, sends the browser. */
  private static String agreed(Begun begun) {
    return location(
        browser(Map.of()).urlEncodingEnabled(false).get(begun.at().replace("/auth?", "/agree?")));
  }

  private static Response answered(Map<String, String> cookies, String address) {
    return browser(cookies).urlEncodingEnabled(false).get(address);
  }

  private static void assertFailed(Response response, int status, String words) {
    assertThat(response.statusCode()).as(response.asString()).isEqualTo(status);
    assertThat(response.asString()).contains(words).contains("Sign in with 127.0.0.1");
    assertThat(response.getCookies()).doesNotContainKey(SESSION);
    assertThat(response.getHeader("Content-Security-Policy")).isEqualTo(PageAnswers.POLICY);
  }

  private static @Nullable String session(Response response) {
    return response.getCookie(SESSION);
  }

  @Test
  void theProvidersUserSignsInWithItsRoles() {
    assertThat(
            browser(Map.of())
                .urlEncodingEnabled(false)
                .get("/sign-in?next=/messages%3Fto=a")
                .asString())
        .contains("href=\"/sign-in/provider?next=%2Fmessages%3Fto%3Da\"")
        .contains("Sign in with 127.0.0.1");
    Begun begun = begun("/messages?to=a%40b.example&since=7d");
    Map<String, String> asked = query(begun.at());
    assertThat(begun.at()).startsWith(provider.issuer() + "/auth?");
    assertThat(asked)
        .containsEntry("response_type", "code")
        .containsEntry("client_id", LabProvider.CLIENT)
        .containsEntry("scope", "openid")
        .containsEntry("code_challenge_method", "S256")
        .containsEntry(
            "redirect_uri",
            RestAssured.baseURI + ":" + RestAssured.port + "/sign-in/provider/answer");
    assertThat(begun.cookies()).hasSize(1);

    Response response = answered(begun.cookies(), agreed(begun));

    assertThat(response.statusCode()).as(response.asString()).isEqualTo(303);
    assertThat(location(response)).endsWith("/messages?to=a%40b.example&since=7d");
    Cookies cookies = response.getDetailedCookies();
    assertThat(cookies.get(SESSION).isHttpOnly()).isTrue();
    assertThat(cookies.get(SESSION).getSameSite()).isEqualTo("Lax");
    begun
        .cookies()
        .keySet()
        .forEach(name -> assertThat(cookies.get(name).getMaxAge()).as("it is over").isZero());
    Map<String, String> session = Map.of(SESSION, String.valueOf(session(response)));
    Response me = browser(session).get("/api/v1/me");
    assertThat(me.path("name").toString()).isEqualTo("anna of " + provider.issuer());
    assertThat(me.path("roles").toString()).isEqualTo("[administrator:contoso]");
    String token = "Bearer " + session(response);
    assertThat(
            browser(Map.of())
                .header("Authorization", token)
                .post("/api/v1/sign-in-links")
                .statusCode())
        .isEqualTo(403);
  }

  /** Login CSRF: a page sends its visitors an answer that its owner got. */
  @Test
  void anAnswerThatThisBrowserDidNotAskForSignsNobodyIn() {
    Begun attacker = begun("/");
    String answer = agreed(attacker);
    Begun victim = begun("/");

    assertFailed(answered(Map.of(), answer), 400, "was not started in this browser");
    assertFailed(answered(victim.cookies(), answer), 400, "was not started in this browser");
    String name = attacker.cookies().keySet().iterator().next();
    String other = victim.cookies().values().iterator().next();
    assertFailed(answered(Map.of(name, other), answer), 400, "was not started in this browser");
    assertFailed(answered(Map.of(name, "forged"), answer), 400, "was not started in this browser");
    assertThat(answered(attacker.cookies(), answer).statusCode()).isEqualTo(303);
  }

  /** Another browser's code is good for nothing: its verifier is not ours. */
  @Test
  void aStolenCodeIsRefused() {
    Begun victim = begun("/");
    String stolen = query(agreed(victim)).get("code");
    Begun thief = begun("/");
    String own = agreed(thief);

    assertFailed(
        answered(thief.cookies(), own.replace(query(own).get("code"), stolen)), 400, "once");
  }

  @Test
  void aCodeIsGoodOnce() {
    Begun begun = begun("/");
    String answer = agreed(begun);
    assertThat(answered(begun.cookies(), answer).statusCode()).isEqualTo(303);
    int asked = provider.tokenRequests().size();

    assertFailed(answered(begun.cookies(), answer), 400, "start again");
    assertThat(provider.tokenRequests()).hasSize(asked + 1);
    assertFailed(answered(Map.of(), answer), 400, "was not started in this browser");
    assertThat(provider.tokenRequests()).as("the provider is not asked").hasSize(asked + 1);
  }

  @Test
  void aSignInIsNoSessionAndASessionIsNoSignIn() {
    Begun begun = begun("/");
    String signIn = begun.cookies().values().iterator().next();

    assertThat(
            browser(Map.of())
                .header("Authorization", "Bearer " + signIn)
                .get("/api/v1/me")
                .statusCode())
        .isEqualTo(401);
    String name = begun.cookies().keySet().iterator().next();
    String session = String.valueOf(session(answered(begun.cookies(), agreed(begun))));
    assertFailed(
        answered(Map.of(name, session), agreed(begun("/"))),
        400,
        "was not started in this browser");
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://evil.example/", "//evil.example", "/\\evil.example", "x"})
  void nobodyIsLedToAnotherSite(String next) {
    Begun begun = begun(next);

    assertThat(URI.create(location(answered(begun.cookies(), agreed(begun)))).getPath())
        .isEqualTo("/");
  }

  @Test
  void severalTabsSignInAtOneTime() {
    Begun first = begun("/queue");
    Begun second = begun("/reports");
    Map<String, String> both = new HashMap<>(first.cookies());
    both.putAll(second.cookies());
    assertThat(both).hasSize(2);

    assertThat(location(answered(both, agreed(second)))).endsWith("/reports");
    assertThat(location(answered(both, agreed(first)))).endsWith("/queue");
  }

  @Test
  void aBrowserKeepsFourSignInsAtMost() {
    Map<String, String> cookies = new HashMap<>();
    for (int i = 0; i < 4; i++) {
      cookies.putAll(begun("/").cookies());
    }
    Cookies after = browser(cookies).get(BEGIN).getDetailedCookies();

    assertThat(after.asList()).hasSize(5);
    assertThat(after.asList()).filteredOn(cookie -> cookie.getMaxAge() > 0).hasSize(1);
  }

  /** What a browser keeps goes with each request, beside the session of up to 4 KB. */
  @Test
  void fourSignInsWithLongAddressesStayBelowFourKilobytes() {
    int octets = 0;
    for (int i = 0; i < 4; i++) {
      Begun begun = begun("/" + "a/".repeat(98) + "?q=" + "x".repeat(95));
      octets +=
          begun.cookies().entrySet().stream()
              .mapToInt(cookie -> cookie.getKey().length() + cookie.getValue().length() + 12)
              .sum();
    }

    assertThat(octets).isLessThan(4 << 10);
    Begun longer = begun("/partners/secure?organization=contoso&q=" + "x".repeat(1_000));
    assertThat(location(answered(longer.cookies(), agreed(longer)))).endsWith("/partners/secure");
  }

  /** A server takes 4,096 octets of an HTTP/1.1 request's first line. */
  @Test
  void aLongAddressIsComeBackToWithoutItsQuery() {
    String page = "/messages?q=" + "%20".repeat(1_000);

    String way = location(browser(Map.of()).urlEncodingEnabled(false).get(page));
    assertThat(way).endsWith("/sign-in?next=%2Fmessages");
    Response form =
        browser(Map.of())
            .urlEncodingEnabled(false)
            .get("/sign-in?next=/messages%3Fq=" + "/".repeat(2_000));
    assertThat(form.asString()).contains("href=\"/sign-in/provider?next=%2Fmessages\"");
  }

  /** As of several programs of one host, whose cookies a browser sends to all of them. */
  @Test
  void aBrowserMaySendManyCookies() throws Exception {
    URI at = URI.create(RestAssured.baseURI + ":" + RestAssured.port + "/sign-in");
    for (HttpClient.Version version :
        List.of(HttpClient.Version.HTTP_1_1, HttpClient.Version.HTTP_2)) {
      try (HttpClient client = HttpClient.newHttpClient()) {
        HttpRequest.Builder request = HttpRequest.newBuilder(at).version(version);
        // Without TLS a connection changes to HTTP/2 after its first request.
        client.send(request.build(), HttpResponse.BodyHandlers.discarding());
        HttpResponse<Void> answer =
            client.send(
                request.header("Cookie", "other=" + "x".repeat(24_000)).build(),
                HttpResponse.BodyHandlers.discarding());

        assertThat(answer.version()).isEqualTo(version);
        assertThat(answer.statusCode()).as(version.toString()).isEqualTo(200);
      }
    }
  }

  @Test
  void aProblemOfAPageHasThePagesOwnWords() {
    Response response = browser(Map.of()).accept("text/html").post("/sign-in/none");

    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(response.contentType()).startsWith("text/html");
    assertThat(response.asString()).contains("No such link").doesNotContain("There is no page");
  }

  @Test
  void whoSaysNoIsToldWhatToDo() {
    Begun begun = begun("/queue");
    String no =
        location(
            browser(Map.of())
                .urlEncodingEnabled(false)
                .get(begun.at().replace("/auth?", "/deny?")));

    Response response = answered(begun.cookies(), no);
    assertFailed(response, 403, "did not sign you in");
    assertThat(response.asString()).contains("/sign-in/provider?next=%2Fqueue");
  }

  @ParameterizedTest
  @CsvSource({
    "code=, ''",
    "error=server_error&error_description=<script>x</script>, script",
    "error=<b>x</b>, <b>",
  })
  void otherErrorsAreNotShown(String answer, String never) {
    Begun begun = begun("/");
    String agreed = agreed(begun);
    String with =
        agreed.replaceFirst(
            "code=[^&]*", answer.replace("<", "%3C").replace(">", "%3E").replace("/", "%2F"));

    Response response = answered(begun.cookies(), with);
    assertFailed(response, 502, "does not match the settings here");
    if (!never.isEmpty()) {
      assertThat(response.asString()).doesNotContain(never + "x");
    }
  }

  /** RFC 9207: an answer of another provider, or of one that hides which. */
  @ParameterizedTest
  @ValueSource(strings = {"", "&iss=https%3A%2F%2Fevil.example"})
  void anAnswerOfAnotherProviderIsRefused(String iss) {
    Begun begun = begun("/");
    int asked = provider.tokenRequests().size();

    assertFailed(
        answered(begun.cookies(), agreed(begun).replaceFirst("&iss=.*", iss)),
        502,
        "does not match the settings");
    assertThat(provider.tokenRequests()).hasSize(asked);
  }

  @Test
  void aTokenThatIsNotForUsIsRefused() throws Exception {
    Instant end = Instant.now().plusSeconds(600);
    String good = provider.claims("anna", List.of("operator"), List.of(), end);
    for (String claims :
        List.of(
            good.replace("\"aud\": \"postern\"", "\"aud\": \"another\""),
            good.replace(provider.issuer(), "https://evil.example"),
            provider.claims(
                "anna", List.of("operator"), List.of(), Instant.now().minusSeconds(9)))) {
      provider.claims(claims);
      Begun begun = begun("/");
      assertFailed(answered(begun.cookies(), agreed(begun)), 502, "its token is not valid here");
    }
    provider.claims(
        provider.claims("anna", List.of("operator"), List.of(), Instant.now().plusSeconds(30)));
    Begun shortly = begun("/");
    assertFailed(answered(shortly.cookies(), agreed(shortly)), 502, "within a minute");
    provider.user("anna", List.of("offline_access"), List.of("contoso"));
    Begun without = begun("/");
    assertFailed(answered(without.cookies(), agreed(without)), 403, "gives you no role");
  }

  /** A provider that was told a local user's token makes no session of it. */
  @Test
  void aTokenOfOursFromTheProviderIsRefused() throws Exception {
    String ours = AccessForTests.token("admin", "operator");
    provider.tokens(
        200, answer -> "{\"access_token\": \"" + ours + "\", \"token_type\": \"Bearer\"}");
    Begun begun = begun("/");

    assertFailed(answered(begun.cookies(), agreed(begun)), 502, "its token is not valid here");
  }

  @ParameterizedTest
  @CsvSource({
    "200, <html>, 502",
    "200, '{\"access_token\": \"a b\", \"token_type\": \"Bearer\"}', 502",
    "200, '{\"access_token\": \"abc\", \"token_type\": \"DPoP\"}', 502",
    "302, '', 502",
    "400, '{\"error\": \"<b>x</b>\"}', 502",
    "401, '{\"error\": \"invalid_client\"}', 502",
    "400, '{\"error\": \"invalid_grant\"}', 400",
    "429, '', 504",
    "503, <html>, 504",
  })
  void aWrongAnswerOfTheTokenEndpointIsNotBelieved(int status, String body, int shown) {
    provider.tokens(status, answer -> body);
    Begun begun = begun("/");

    Response response = answered(begun.cookies(), agreed(begun));
    assertThat(response.statusCode()).as(response.asString()).isEqualTo(shown);
    assertThat(session(response)).isNull();
    assertThat(response.asString()).doesNotContain("<b>").contains("Sign in with");
  }

  /** A session of the provider's user, as of a while ago. */
  private String session(Instant begin, Instant end, LabAccess signer) {
    return signer.providerToken(
        "anna of " + provider.issuer(), List.of("operator"), provider.issuer(), begin, end);
  }

  @Test
  void anEndedSessionLeadsToTheProviderAndNothingElseDoes(@TempDir Path otherKeys)
      throws Exception {
    Instant now = Instant.now();
    String good = session(now, now.plusSeconds(600), AccessForTests.lab());
    String ended = session(now.minusSeconds(900), now.minusSeconds(300), AccessForTests.lab());
    String forged =
        session(now.minusSeconds(900), now.minusSeconds(300), LabAccess.start(otherKeys));
    String page = "/partners/secure?organization=contoso";

    assertThat(browser(Map.of(SESSION, good)).get("/sign-in").asString()).contains("anna of");
    Response led = browser(Map.of(SESSION, ended)).urlEncodingEnabled(false).get(page);
    assertThat(location(led))
        .endsWith("/sign-in/provider?next=%2Fpartners%2Fsecure%3Forganization%3Dcontoso");
    assertThat(led.getDetailedCookies().get(SESSION).getMaxAge()).isZero();
    for (Map<String, String> other :
        List.of(Map.<String, String>of(), Map.of(SESSION, forged), Map.of(SESSION, "abc"))) {
      assertThat(location(browser(other).urlEncodingEnabled(false).get(page)))
          .contains("/sign-in?next=");
    }
    assertThat(browser(Map.of(SESSION, ended)).header("HX-Request", "true").get(page).statusCode())
        .as("a part that renews itself asks the browser to load the page")
        .isEqualTo(204);
  }

  /** A browser holds the redirections of a form to form-action, which is this site alone. */
  @Test
  void aFormAfterASessionsEndStaysOnThisSite() throws Exception {
    Instant now = Instant.now();
    String ended = session(now.minusSeconds(900), now.minusSeconds(300), AccessForTests.lab());

    Response sent =
        browser(Map.of(SESSION, ended))
            .formParam("proof", SessionCookie.formProof("Bearer " + ended))
            .formParam("name", "carl")
            .post("/access/users");
    assertThat(sent.statusCode()).isEqualTo(303);
    assertThat(location(sent)).endsWith("/sign-in?left=form");
    assertThat(sent.getDetailedCookies().get(SESSION).getMaxAge()).isZero();
    assertThat(browser(Map.of()).get("/sign-in?left=form").asString())
        .contains("session expired before the form was sent")
        .contains("href=\"/sign-in/provider?next=%2F\"");
    assertThat(location(browser(Map.of(SESSION, ended)).head("/queue")))
        .endsWith("/sign-in/provider?next=%2Fqueue");
  }

  @Test
  void aSessionThatIsNotUsedEnds() throws Exception {
    Instant now = Instant.now();
    String idle = session(now.minusSeconds(1_900), now.plusSeconds(900), AccessForTests.lab());
    assertThat(location(browser(Map.of(SESSION, idle)).get("/access/new")))
        .endsWith("/sign-in?next=%2Faccess%2Fnew");
    await().until(() -> AccessForTests.lab().ended().contains(idle));

    String used = session(now.minusSeconds(1_500), now.plusSeconds(900), AccessForTests.lab());
    Map<String, String> cookies = Map.of(SESSION, used);
    assertThat(browser(cookies).header("HX-Request", "true").get("/access/new").getCookie(SEEN))
        .as("a part that renews itself is not a use")
        .isNull();
    Response page = browser(cookies).get("/access/new");
    assertThat(page.statusCode()).isEqualTo(200);
    Matcher asset = Pattern.compile("/assets/[^\"]+[.]css").matcher(page.asString());
    assertThat(asset.find()).isTrue();
    Response style = browser(cookies).get(asset.group());
    assertThat(style.statusCode()).isEqualTo(200);
    assertThat(style.getCookie(SEEN)).as("caches keep the answer").isNull();
    String seen = page.getCookie(SEEN);
    assertThat(page.getDetailedCookies().get(SEEN).isHttpOnly()).isTrue();
    assertThat(browser(Map.of(SESSION, used, SEEN, seen)).get("/access/new").getCookie(SEEN))
        .as("a minute later")
        .isNull();
    assertThat(AccessForTests.lab().ended()).doesNotContain(used);
  }

  @Test
  void whoSignsOutIsLedToTheProviderToo() {
    Begun begun = begun("/");
    String session = String.valueOf(session(answered(begun.cookies(), agreed(begun))));
    Map<String, String> cookies = Map.of(SESSION, session);

    Response out =
        browser(cookies)
            .formParam("proof", SessionCookie.formProof("Bearer " + session))
            .post("/sign-out");

    assertThat(location(out)).endsWith("/sign-in?left=provider");
    assertThat(AccessForTests.lab().ended()).contains(session);
    assertThat(out.getDetailedCookies().get(SESSION).getMaxAge()).isZero();
    assertThat(browser(Map.of()).get("/sign-in?left=provider").asString())
        .contains("Sign out at 127.0.0.1 as well");
    assertThat(location(browser(Map.of()).get(BEGIN + "/sign-out")))
        .isEqualTo(provider.issuer() + "/logout?client_id=" + LabProvider.CLIENT);
  }

  @Test
  void aHostThatIsNoneIsRefused() {
    Response response = browser(Map.of()).header("Host", "no_host.example").get(BEGIN);

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.asString()).contains("write HOST or HOST:PORT");
  }
}
