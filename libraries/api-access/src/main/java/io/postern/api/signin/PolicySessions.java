package io.postern.api.signin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.api.ApiSettings;
import io.postern.bounds.Share;
import io.postern.log.LogSettings;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.core.net.SocketAddress;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * policy-service, which begins and ends sessions for the other services: it alone has the users'
 * passwords and the private key. Any thread; does not block. A call has 30 s, since a wrong
 * password may be delayed, and an answer 64 KiB.
 *
 * <p>A call that policy-service does not answer fails with {@link AuthenticationFailedException} by
 * an {@link UnknownAccessException}.
 */
@Startup
@ApplicationScoped
public class PolicySessions {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int MOST_BYTES = 64 << 10;
  private static final int OK = 200;
  private static final int UNAUTHORIZED = 401;
  private static final int UNPROCESSABLE = 422;
  private static final int TOO_MANY = 429;
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final int MOST_CODES = 64;
  private static final int MOST_CODES_OF_NETWORK = 4;
  private static final Pattern SHOWN = Pattern.compile("[A-Za-z0-9_.-]{1,4000}");
  private static final Pattern CODE = Pattern.compile("[0-9 ]{1,10}");

  private final Share codes = new Share(MOST_CODES, MOST_CODES_OF_NETWORK);
  private final Optional<URI> policy;
  private final HttpClient http;

  PolicySessions(ApiSettings settings, TlsConfigurationRegistry registry) throws Exception {
    policy = settings.policyUrl();
    policy.ifPresent(PolicySessions::requireTls);
    HttpClient.Builder client = HttpClient.newBuilder().connectTimeout(CONNECT);
    Optional<String> name = settings.policyTlsConfigurationName();
    if (name.isPresent()) {
      client.sslContext(
          registry
              .get(name.get())
              .orElseThrow(
                  () ->
                      new ConfigurationException(
                          "postern.api.policy-tls-configuration-name names "
                              + name.get()
                              + ", and there is no quarkus.tls."
                              + name.get()))
              .createSSLContext());
    }
    http = client.build();
  }

  /** Passwords and tokens go there. */
  private static void requireTls(URI at) {
    boolean local = at.getHost() != null && LogSettings.loopback(at.getHost());
    if (!"https".equals(at.getScheme()) && !(local && "http".equals(at.getScheme()))) {
      throw new ConfigurationException(
          "postern.api.policy-url is "
              + at
              + ", which is not on this machine: write https://HOST:PORT");
    }
  }

  /**
   * The token of a new session for a user who shows the password. Fails as {@link PasswordCheck}
   * does.
   *
   * @param client its address; null: unknown
   */
  Uni<String> byPassword(String name, String password, @Nullable String client) {
    String pair = name + ":" + password;
    return begin(
        "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)),
        client);
  }

  /**
   * The token of a new session for a user of the OpenID provider. Fails with {@link
   * ProviderSessions.RefusedException}: the roles are too many for a session.
   *
   * @param client its address; null: unknown
   */
  public Uni<String> byProvider(String accessToken, @Nullable String client) {
    return begin("Bearer " + accessToken, client);
  }

  /**
   * The same in the second step of a sign-in. Of the steps in progress, 64, a network has four.
   *
   * @param shown by {@link CodeMissingException}
   * @param code digits and blanks; another text is a wrong code
   * @param client its address; null: unknown
   */
  public Uni<String> byCode(String shown, String code, @Nullable SocketAddress client) {
    if (!SHOWN.matcher(shown).matches() || !CODE.matcher(code).matches()) {
      return Uni.createFrom().failure(AuthenticationFailedException::new);
    }
    Share.Held place = codes.take(Network.of(client), 1);
    if (place == null) {
      return Uni.createFrom()
          .failure(new AuthenticationFailedException(new TooManyAttemptsException()));
    }
    return begin("Bearer " + shown, code, client == null ? null : client.hostAddress())
        .onTermination()
        .invoke(place::close);
  }

  /**
   * The same by a header field that a request has shown.
   *
   * @param client its address; null: unknown
   */
  public Uni<String> begin(String authorization, @Nullable String client) {
    return begin(authorization, "", client);
  }

  private Uni<String> begin(String authorization, String code, @Nullable String client) {
    return sent("POST", "/api/v1/tokens", authorization, code, client)
        .flatMap(
            answer ->
                switch (answer.statusCode()) {
                  case OK -> Uni.createFrom().item(() -> token(answer.body()));
                  case UNAUTHORIZED -> Uni.createFrom().failure(refused(answer));
                  case UNPROCESSABLE ->
                      Uni.createFrom()
                          .failure(
                              new ProviderSessions.RefusedException(
                                  ProviderSessions.Refusal.TOO_MANY_ROLES));
                  case TOO_MANY ->
                      Uni.createFrom()
                          .failure(
                              new AuthenticationFailedException(new TooManyAttemptsException()));
                  default -> Uni.createFrom().failure(PolicySessions::away);
                });
  }

  private static AuthenticationFailedException refused(HttpResponse<String> answer) {
    return answer
        .headers()
        .firstValue(CodeMissingException.HEADER)
        .map(shown -> new AuthenticationFailedException(new CodeMissingException(shown)))
        .orElseGet(AuthenticationFailedException::new);
  }

  private static String token(String body) {
    try {
      String token = JSON.readTree(body).path("token").asText("");
      if (!token.isEmpty()) {
        return token;
      }
    } catch (JsonProcessingException e) {
      throw away();
    }
    throw away();
  }

  /**
   * Ends the session of a token; true: it has ended everywhere.
   *
   * @param token as the request showed it
   * @param client its address, for the records; null: unknown
   */
  public Uni<Boolean> end(String token, @Nullable String client) {
    return sent("DELETE", "/api/v1/me/sessions/current", "Bearer " + token, "", client)
        .map(answer -> answer.statusCode() < 300 || answer.statusCode() == UNAUTHORIZED)
        .onFailure()
        .recoverWithItem(false);
  }

  /** Whose client it is: policy-service believes it where this service is a trusted proxy there. */
  private Uni<HttpResponse<String>> sent(
      String method, String path, String authorization, String code, @Nullable String client) {
    if (policy.isEmpty()) {
      return Uni.createFrom()
          .failure(
              () ->
                  new AuthenticationFailedException(
                      new UnknownAccessException(
                          "this service takes only tokens, since postern.api.policy-url is not"
                              + " set")));
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(policy.get().resolve(path))
            .timeout(PATIENCE)
            .header("Accept", "application/json, application/problem+json")
            .header("Authorization", authorization)
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (!code.isEmpty()) {
      request.header(SignIn.CODE, code);
    }
    if (client != null) {
      request.header("X-Forwarded-For", client);
    }
    return Uni.createFrom()
        .completionStage(
            () ->
                http.sendAsync(
                    request.build(),
                    HttpResponse.BodyHandlers.limiting(
                        HttpResponse.BodyHandlers.ofString(), MOST_BYTES)))
        .ifNoItem()
        .after(PATIENCE)
        .fail()
        .onFailure()
        .transform(failure -> away());
  }

  private static AuthenticationFailedException away() {
    return new AuthenticationFailedException(
        new UnknownAccessException(
            "policy-service does not respond, and only it checks passwords"));
  }
}
