package io.postern.operator.commands.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.commandline.Program;
import io.postern.operator.Main;
import io.postern.operator.signin.ScriptedHttp;
import io.postern.operator.signin.ScriptedHttp.Answer;
import io.postern.operator.signin.ScriptedHttp.Request;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * Signing in by the command at a real Keycloak, which {@code tools/keycloak} starts: no test of the
 * build. The service is a script that takes each token of this provider for the user that it names.
 */
class KeycloakSignInCheck {
  private static final String ISSUER = System.getProperty("keycloak.issuer", "");
  private static final Pattern COMPLETE = Pattern.compile("or open (\\S+) and");

  @TempDir private Path home;
  private final Set<String> tokens = ConcurrentHashMap.newKeySet();

  private Answer serve(Request request) {
    return switch (request.path()) {
      case "/api/v1/sign-in" ->
          Answer.ok(
              "{\"provider\": {\"issuer\": \""
                  + ISSUER
                  + "\", \"clientId\": \"postern\", \"scopes\": \"openid\"}}");
      case "/api/v1/me" -> {
        tokens.add(request.authorization());
        yield Answer.ok("{\"name\": \"" + name(request.authorization()) + "\"}");
      }
      default -> new Answer(404, "{}");
    };
  }

  private static String name(String bearer) {
    try {
      return new ObjectMapper()
          .readTree(Base64.getUrlDecoder().decode(bearer.split("\\.")[1]))
          .path("preferred_username")
          .asText();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int run(StringWriter out, StringWriter err, String... args) {
    return Program.run(
        new CommandLine(Main.class)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true)),
        args);
  }

  @Test
  void aUserAgreesInABrowserAndTheTokenIsRenewedAndRevoked() throws Exception {
    try (UserHome user = new UserHome(home);
        ScriptedHttp service = ScriptedHttp.start(this::serve)) {
      user.context("contoso", "postern.policy.url=" + service.url());
      StringWriter out = new StringWriter();
      StringWriter err = new StringWriter();
      FutureTask<Integer> signIn =
          new FutureTask<>(() -> run(out, err, "sign-in", "--context", "contoso"));
      Thread.ofVirtual().start(signIn);
      Browser browser = new Browser();
      Matcher shown = COMPLETE.matcher(err.toString());
      while (!shown.find()) {
        assertThat(signIn.isDone()).as(out + " " + err).isFalse();
        Thread.onSpinWait();
        shown = COMPLETE.matcher(err.toString());
      }
      browser.agree(shown.group(1), "anna", "annas-password");
      assertThat(signIn.get(2, TimeUnit.MINUTES)).as(out + " " + err).isZero();
      assertThat(out.toString()).contains("signed in as anna, while the provider renews");

      user.endToken();
      StringWriter me = new StringWriter();
      assertThat(run(me, err, "whoami", "--context", "contoso")).as(err.toString()).isZero();
      assertThat(me.toString()).contains("name     anna");
      assertThat(tokens).as("the first and the renewed").hasSize(2);

      StringWriter gone = new StringWriter();
      assertThat(run(gone, err, "sign-out", "--context", "contoso")).isZero();
      assertThat(gone.toString()).contains("the provider has revoked the token");
    }
  }
}
