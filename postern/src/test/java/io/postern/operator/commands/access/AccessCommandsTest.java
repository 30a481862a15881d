package io.postern.operator.commands.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.commandline.Program;
import io.postern.operator.Main;
import io.postern.operator.signin.ScriptedHttp;
import io.postern.operator.signin.ScriptedHttp.Answer;
import io.postern.operator.signin.ScriptedHttp.Request;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Signing in and the commands after it, with a service and a provider over real HTTP. */
class AccessCommandsTest {
  private static final String PASSWORD = "correct horse battery";

  @TempDir private Path home;

  private final ScriptedHttp service = ScriptedHttp.start(this::serve);
  private final ScriptedHttp provider = ScriptedHttp.start(this::provide);
  private final Deque<String> polls = new ConcurrentLinkedDeque<>();
  private volatile boolean hasProvider;
  private volatile boolean tokensAreGood = true;
  private volatile boolean wantsOwnPassword;
  private volatile String userAnswer = "{}";
  private volatile Answer carl = new Answer(204, "");
  private StringWriter out = new StringWriter();
  private StringWriter err = new StringWriter();
  private @Nullable UserHome made;

  private UserHome user() {
    return Objects.requireNonNull(made);
  }

  @BeforeEach
  void context() throws Exception {
    made = new UserHome(home);
    user().context("contoso", "postern.policy.url=" + service.url());
  }

  @AfterEach
  void stop() {
    user().close();
    service.close();
    provider.close();
  }

  private Answer serve(Request request) {
    boolean signedIn = tokensAreGood && request.authorization().equals("Bearer good");
    return switch (request.method() + " " + request.path()) {
      case "GET /api/v1/sign-in" ->
          Answer.ok(
              hasProvider
                  ? "{\"password\": true, \"provider\": {\"issuer\": \""
                      + provider.url()
                      + "\", \"clientId\": \"postern-cli\", \"scopes\": \"openid\"}}"
                  : "{\"password\": true}");
      case "POST /api/v1/tokens?minutes=720" ->
          request.authorization().equals(basic("coded", PASSWORD)) && request.code().isEmpty()
              ? new Answer(401, "{}", "", "shown")
              : request.authorization().equals(basic("anna", PASSWORD))
                      || request.code().equals("123456")
                  ? Answer.ok("{\"token\": \"good\", \"ends\": \"" + later() + "\"}")
                  : notSignedIn();
      case "DELETE /api/v1/me/sessions/current", "DELETE /api/v1/me/sessions" ->
          signedIn ? new Answer(204, "") : notSignedIn();
      case "PUT /api/v1/me/password" -> signedIn ? new Answer(204, "") : notSignedIn();
      case "GET /api/v1/access-events?since=7d&limit=50" ->
          Answer.ok(
              """
              {"older": true, "events": [
                {"at": "2026-12-01T10:00:00Z", "kind": "roles-changed", "user": "carl", "by": "anna",
                 "client": "192.0.2.1", "service": "policy-service", "rolesBefore": ["auditor:a"]},
                {"at": "2026-12-01T09:59:00Z", "kind": "sign-in-refused", "client": "192.0.2.9",
                 "service": "policy-service", "count": 12, "detail": "password"}]}
              """);
      case "DELETE /api/v1/users/carl/sessions" -> new Answer(204, "");
      case "GET /api/v1/me" ->
          signedIn
              ? Answer.ok(
                  "{\"name\": \"anna\", \"roles\": [\"auditor:contoso\"], \"operator\": false,"
                      + " \"reads\": [\"contoso\"], \"changes\": []}")
              : notSignedIn();
      case "GET /api/v1/users" ->
          signedIn
              ? Answer.ok(
                  "[{\"name\": \"anna\", \"roles\": [\"auditor:*\"], \"changed\": \"2026-11-28T10:00:00Z\"}]")
              : notSignedIn();
      case "GET /api/v1/users/nobody", "GET /api/v1/users/ben" ->
          new Answer(404, "{\"status\": 404, \"detail\": \"There is no user nobody.\"}");
      case "GET /api/v1/users/anna" -> Answer.ok("{\"name\": \"anna\", \"roles\": []}");
      case "PUT /api/v1/users/ben" -> new Answer(201, userAnswer);
      case "GET /api/v1/users/carl" ->
          new Answer(200, "{\"name\": \"carl\", \"roles\": [\"auditor:a\"]}", "\"seen\"");
      case "PUT /api/v1/users/carl", "DELETE /api/v1/users/carl" ->
          wantsOwnPassword && !request.body().contains("\"current\"") ? withoutOwn() : carl;
      case "DELETE /api/v1/users/carl/second-factor" ->
          request.body().equals("{\"current\":\"" + PASSWORD + "\"}")
              ? new Answer(204, "")
              : withoutOwn();
      case "GET /api/v1/users/eve" -> new Answer(404, "");
      default -> new Answer(500, "{\"detail\": \"" + request.path() + "\"}");
    };
  }

  private static Answer withoutOwn() {
    return new Answer(
        403,
        "{\"status\": 403, \"detail\": \"The current password is wrong.\","
            + " \"errors\": [{\"pointer\": \"/current\"}]}");
  }

  private static Answer notSignedIn() {
    return new Answer(401, "{\"status\": 401, \"detail\": \"Not signed in.\"}");
  }

  private Answer provide(Request request) {
    return switch (request.path()) {
      case "/.well-known/openid-configuration" ->
          Answer.ok(
              """
              {"issuer": "%1$s", "token_endpoint": "%1$s/token", "revocation_endpoint": "%1$s/revoke",
               "device_authorization_endpoint": "%1$s/device"}
              """
                  .formatted(provider.url()));
      case "/device" ->
          Answer.ok(
              """
              {"device_code": "secret-1", "user_code": "WDJB-MJHT", "expires_in": 60, "interval": 1,
               "verification_uri": "https://login.example/device"}
              """);
      case "/token" ->
          request.body().contains("device_code=secret-1") && !polls.isEmpty()
              ? Answer.ok(polls.remove())
              : new Answer(400, "{\"error\": \"access_denied\"}");
      case "/revoke" -> new Answer(200, "");
      default -> new Answer(404, "{}");
    };
  }

  private static String basic(String name, String password) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((name + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  private static Instant later() {
    return Instant.ofEpochSecond(Instant.now().getEpochSecond() + 3_600);
  }

  private int run(String... args) {
    out = new StringWriter();
    err = new StringWriter();
    CommandLine line = new CommandLine(Main.class);
    return Program.run(
        line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)), args);
  }

  private int runWithInput(String input, String... args) {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
    try {
      return run(args);
    } finally {
      System.setIn(before);
    }
  }

  private JsonNode json() throws Exception {
    return new ObjectMapper().readTree(out.toString());
  }

  private void signIn() {
    assertThat(runWithInput(PASSWORD + "\n", "sign-in", "--context", "contoso", "--user", "anna"))
        .as(out + " " + err)
        .isZero();
  }

  @Test
  void aLocalUsersPasswordBecomesATokenForAllServices() throws Exception {
    user()
        .context(
            "contoso",
            "postern.policy.url=" + service.url(),
            "postern.console.url=http://localhost:" + service.url().getPort());
    signIn();
    assertThat(out.toString()).contains("signed in as anna, until ", service.url().toString());
    assertThat(out + "" + err).doesNotContain("good", PASSWORD);

    assertThat(run("whoami", "--context", "contoso")).isZero();
    assertThat(out.toString())
        .contains("name     anna", "roles    auditor:contoso", "changes  -", "policy-service");
    assertThat(run("whoami", "--context", "contoso", "-o", "json")).isZero();
    assertThat(json().path("name").asText()).isEqualTo("anna");
    assertThat(run("users", "list", "--context", "contoso")).as("at policy-service").isZero();
    assertThat(out.toString()).contains("anna", "auditor:*");
  }

  @Test
  void aUserWithASecondFactorIsAskedForACode() {
    String[] signIn = {"sign-in", "--context", "contoso", "--user", "coded"};
    assertThat(runWithInput(PASSWORD + "\n123456\n", signIn)).as(err.toString()).isZero();
    assertThat(out.toString()).contains("signed in as coded");
    assertThat(runWithInput(PASSWORD + "\n654321\n", signIn)).isEqualTo(3);
    assertThat(err.toString()).contains("returned 401").doesNotContain("654321", PASSWORD);
  }

  @Test
  void anOperatorShowsTheOwnPasswordToChangeAUser() {
    signIn();
    wantsOwnPassword = true;
    carl = Answer.ok("{\"user\": {\"name\": \"carl\", \"roles\": []}}");
    String input = PASSWORD + "\n";
    String[] end = {"--yes", "--context", "contoso"};
    assertThat(
            runWithInput(input, "users", "set", "carl", "--without-roles", end[0], end[1], end[2]))
        .as(err.toString())
        .isZero();
    assertThat(service.requests().getLast().body())
        .isEqualTo("{\"roles\":[],\"current\":\"" + PASSWORD + "\"}");
    assertThat(service.requests().getLast().precondition()).isEqualTo("\"seen\"");
    carl = new Answer(204, "");
    assertThat(runWithInput(input, "users", "remove", "carl", end[0], end[1], end[2])).isZero();
    assertThat(runWithInput(input, "users", "remove-second-factor", "carl", end[0], end[1], end[2]))
        .isZero();
    assertThat(out.toString()).contains("the second factor of carl is removed");
    assertThat(
            runWithInput(
                "wrong\n", "users", "remove-second-factor", "carl", end[0], end[1], end[2]))
        .isEqualTo(3);
    assertThat(err.toString()).contains("current password is wrong").doesNotContain("wrong\"");
  }

  @Test
  void aWrongPasswordLeavesNoToken() throws Exception {
    assertThat(runWithInput("wrong", "sign-in", "--context", "contoso", "--user", "anna"))
        .isEqualTo(3);
    assertThat(err.toString()).contains("returned 401");
    assertThat(runWithInput("\n", "sign-in", "--context", "contoso", "--user", "anna"))
        .isEqualTo(3);
    assertThat(err.toString()).contains("no password");
    assertThat(run("whoami", "--context", "contoso")).isEqualTo(3);
    assertThat(err.toString()).contains("not signed in: run postern sign-in");
  }

  @Test
  void whereThereIsNoProviderAUserIsNamed() {
    assertThat(run("sign-in", "--context", "contoso")).isEqualTo(3);
    assertThat(err.toString()).contains("has no OpenID provider: add --user NAME");
  }

  @Test
  void aProviderIsShownBeforeItIsAskedAndItsTokenIsUsedAndRevoked() throws Exception {
    hasProvider = true;
    polls.add(
        "{\"access_token\": \"good\", \"token_type\": \"Bearer\", \"refresh_token\": \"rt.1\"}");
    assertThat(run("sign-in", "--context", "contoso", "-o", "json")).as(err.toString()).isZero();
    assertThat(err.toString())
        .containsSubsequence(
            "names the provider " + provider.url() + " (client postern-cli, scopes openid)",
            "open https://login.example/device and enter the code WDJB-MJHT");
    assertThat(json().path("user").asText()).isEqualTo("anna");
    assertThat(json().path("renewed").asBoolean()).isTrue();
    assertThat(out + "" + err).doesNotContain("good").doesNotContain("rt.1");

    assertThat(run("contexts", "-o", "json")).isZero();
    assertThat(json().at("/contexts/0/user").asText()).isEqualTo("anna");
    assertThat(run("sign-out", "--context", "contoso", "-o", "json")).isZero();
    assertThat(json().path("revoked").asBoolean()).isTrue();
    assertThat(provider.requests().getLast().body())
        .contains("token=rt.1", "token_type_hint=refresh_token", "client_id=postern-cli");
    assertThat(service.requests().getLast().path())
        .as("no service takes a copy of the access token")
        .isEqualTo("/api/v1/me/sessions/current");
    assertThat(run("sign-out", "--context", "contoso")).isEqualTo(1);
    assertThat(run("whoami", "--context", "contoso")).isEqualTo(3);
  }

  @Test
  void aProvidersTokenThatTheServicesRefuseIsNotKept() {
    hasProvider = true;
    polls.add("{\"access_token\": \"other\", \"token_type\": \"Bearer\"}");
    assertThat(run("sign-in", "--context", "contoso")).isEqualTo(3);
    assertThat(err.toString()).contains("the provider's token was not accepted", "returned 401");
    assertThat(run("sign-in", "--context", "contoso")).isEqualTo(3);
    assertThat(err.toString()).contains("the user refused");
    assertThat(run("sign-out", "--context", "contoso")).isEqualTo(1);
  }

  @Test
  void eventsAreShownWithWhoAndFromWhere() throws Exception {
    signIn();
    assertThat(run("users", "events", "--context", "contoso")).isZero();
    assertThat(out.toString())
        .contains(
            "roles-changed     carl by anna, from 192.0.2.1 at policy-service, roles auditor:a -> ")
        .contains("(unknown user), from 192.0.2.9 at policy-service, 12 times (password)")
        .contains("there are older ones");
  }

  @Test
  void signingOutEndsTheSessionInTheServices() throws Exception {
    signIn();
    assertThat(run("users", "end-sessions", "carl", "--context", "contoso")).isZero();
    assertThat(out.toString()).contains("all sessions of carl are ended");
    assertThat(run("sign-out", "--context", "contoso")).isZero();
    assertThat(out.toString()).contains("signed out, and the session ended in every service");
    assertThat(service.requests().getLast().path()).isEqualTo("/api/v1/me/sessions/current");
    signIn();
    assertThat(run("sign-out", "--all", "--context", "contoso", "-o", "json")).isZero();
    assertThat(json().path("revoked").asBoolean()).isTrue();
    assertThat(service.requests().getLast().path()).isEqualTo("/api/v1/me/sessions");
  }

  @Test
  void theOwnPasswordIsChangedWithTheCurrentOne() throws Exception {
    signIn();
    String two = PASSWORD + "\nanother long one\n";
    assertThat(runWithInput(two, "change-password", "--context", "contoso"))
        .as(err.toString())
        .isZero();
    assertThat(out.toString()).contains("your sessions have ended: postern sign-in");
    assertThat(service.requests().getLast().body())
        .contains("\"current\":\"" + PASSWORD + "\"", "\"password\":\"another long one\"");
    assertThat(runWithInput(PASSWORD + "\n", "change-password", "--context", "contoso"))
        .isEqualTo(3);
  }

  /** The file of a context may be changed by more people than the one who signed in. */
  @Test
  void aContextThatNamesAnotherHostNowGetsNoToken() throws Exception {
    signIn();
    try (ScriptedHttp other = ScriptedHttp.start(request -> Answer.ok("{}"))) {
      user().context("contoso", "postern.policy.url=" + other.url());
      assertThat(run("whoami", "--context", "contoso")).isEqualTo(3);
      assertThat(err.toString()).contains("is not sent to " + other.url());
      assertThat(
              run("whoami", "--context", "contoso", "--set", "postern.policy.url=" + other.url()))
          .isEqualTo(3);
      assertThat(other.requests()).isEmpty();
    }
  }

  @Test
  void aCredentialsFileCountsBeforeTheToken() throws Exception {
    user()
        .context(
            "contoso",
            "postern.policy.url=" + service.url(),
            "postern.policy.credentials-file=credentials");
    Files.writeString(user().folder().resolve("credentials"), "admin:secret\n");
    signIn();
    assertThat(err.toString())
        .contains("the context has postern.policy.credentials-file, which overrides the token");
    assertThat(run("whoami", "--context", "contoso")).isEqualTo(3);
    assertThat(service.requests().getLast().authorization()).isEqualTo(basic("admin", "secret"));
  }

  @Test
  void aTokenThatAServiceTakesNoMoreAsksForANewSignIn() {
    signIn();
    tokensAreGood = false;
    assertThat(run("users", "list", "--context", "contoso")).isEqualTo(3);
    assertThat(err.toString()).contains("returned 401", "sign in again: postern sign-in");
    assertThat(run("sign-out", "--context", "contoso")).isZero();
    assertThat(out.toString()).contains("a copy of the access token is valid until ");
  }

  @Test
  void contextsAreListedAndOneIsChosen() throws Exception {
    user().context("broken", "a=\\u00zz");
    signIn();
    assertThat(run("contexts")).isZero();
    assertThat(out.toString())
        .containsPattern("broken +NOT READABLE")
        .containsPattern("contoso +" + service.url() + " +anna +20");
    assertThat(run("contexts", "use", "nobody")).isEqualTo(3);
    assertThat(run("contexts", "use", "contoso")).isZero();
    assertThat(run("contexts", "-o", "json")).isZero();
    assertThat(json().at("/contexts/1/inUse").asBoolean()).isTrue();
    assertThat(run("whoami")).as("the one in use: " + err).isZero();
  }

  @Test
  void aNewUsersPasswordIsShownOnce() throws Exception {
    signIn();
    userAnswer =
        "{\"user\": {\"name\": \"ben\", \"roles\": [\"operator\"]}, \"password\": \"shown-once\"}";
    assertThat(run("users", "set", "ben", "--role", "operator", "--yes", "--context", "contoso"))
        .isZero();
    assertThat(out.toString()).contains("password  shown-once (not shown again)");
    assertThat(service.requests().getLast().body()).isEqualTo("{\"roles\":[\"operator\"]}");
    assertThat(service.requests().getLast().precondition()).as("a new one alone").isEqualTo("*");
  }

  @Test
  void aGivenPasswordIsReadAndNotShown() throws Exception {
    signIn();
    userAnswer = "{\"user\": {\"name\": \"ben\", \"roles\": []}}";
    assertThat(
            runWithInput(
                "Grüße aus der Zeile\r\nmore",
                "users",
                "set",
                "ben",
                "--password",
                "--without-roles",
                "--yes",
                "--context",
                "contoso"))
        .isZero();
    assertThat(service.requests().getLast().body())
        .isEqualTo("{\"roles\":[],\"password\":\"Grüße aus der Zeile\"}");
    assertThat(out + "" + err).doesNotContain("Grüße");
    assertThat(
            run("users", "set", "ben", "--role", "operator", "--without-roles", "--context", "x"))
        .isEqualTo(2);
    assertThat(run("users", "set", "ben", "--password=secret")).isEqualTo(2);
  }

  @Test
  void aUserWhoIsNotThereIsAFinding() {
    signIn();
    assertThat(run("users", "show", "nobody", "--context", "contoso")).isEqualTo(1);
    assertThat(run("users", "remove", "nobody", "--yes", "--context", "contoso")).isEqualTo(1);
    assertThat(run("users", "show", "anna", "--context", "contoso")).isZero();
    assertThat(run("users", "remove", "carl", "--yes", "--context", "contoso")).isZero();
    assertThat(service.requests().getLast().precondition()).isEqualTo("\"seen\"");
    assertThat(run("users")).isEqualTo(2);
  }

  @Test
  void aUserWhomSomebodyElseHasChangedIsLeftAsItIs() throws Exception {
    signIn();
    carl =
        new Answer(
            412,
            "{\"status\": 412, \"current\": {\"roles\": [\"auditor:b\"], \"changed\": \"at ten\"}}");
    String[] set = {"users", "set", "carl", "--role", "operator", "--yes", "--context", "contoso"};
    assertThat(run(set)).isEqualTo(1);
    assertThat(service.requests().getLast().precondition()).isEqualTo("\"seen\"");
    assertThat(out.toString())
        .contains(
            "NOT CHANGED: another administrator has changed the user in the meantime",
            "auditor:b",
            "at ten");
    assertThat(run("users", "remove", "carl", "--yes", "--context", "contoso", "-o", "json"))
        .isEqualTo(1);
    assertThat(json().at("/current/changed").asText()).isEqualTo("at ten");
    carl = new Answer(412, "{\"status\": 412}");
    assertThat(run(set)).isEqualTo(1);
    assertThat(out.toString())
        .contains("another administrator has removed the user in the meantime");
    carl = new Answer(404, "{\"status\": 404, \"detail\": \"There is no user carl.\"}");
    assertThat(run("users", "remove", "carl", "--yes", "--context", "contoso")).isEqualTo(1);
    assertThat(out.toString()).contains("no such user: carl");
  }

  /** Where nobody can agree, nothing is asked either. */
  @Test
  void aUserIsChangedWhereThatIsSaidAlone() {
    signIn();
    int before = service.requests().size();
    assertThat(run("users", "remove", "ben", "--context", "contoso")).isEqualTo(2);
    assertThat(err.toString()).contains("cannot ask here: add --yes");
    assertThat(run("users", "set", "ben", "--role", "operator", "--context", "contoso"))
        .isEqualTo(2);
    assertThat(service.requests()).hasSize(before);
  }

  /** A balancer that knows no service says 404 of everything. */
  @Test
  void aBare404IsNoAnswer() {
    signIn();
    assertThat(run("users", "remove", "eve", "--yes", "--context", "contoso")).isEqualTo(3);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).contains("returned 404");
    assertThat(run("users", "show", "eve", "--context", "contoso")).isEqualTo(3);
  }

  /** It would be refused when the work is done. */
  @Test
  void whatIsNoTableIsRefusedAsCsvBeforeTheWork() {
    signIn();
    int before = service.requests().size();
    assertThat(run("users", "remove", "ben", "--yes", "--context", "contoso", "-o", "csv"))
        .isEqualTo(2);
    assertThat(err.toString()).contains("-o csv: the result is not a table");
    assertThat(service.requests()).hasSize(before);
    assertThat(run("users", "list", "--context", "contoso", "-o", "csv")).isZero();
    assertThat(out.toString()).contains("name,roles,changed");
  }
}
