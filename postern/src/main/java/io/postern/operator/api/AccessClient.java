package io.postern.operator.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Client of the API of access that every service has; tokens and sessions are policy-service's. Any
 * thread.
 *
 * <p>Failure: {@link IOException} with the service's own sentence.
 */
public final class AccessClient {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A wrong password is delayed. */
  private static final Duration PASSWORD = Duration.ofSeconds(35);

  private static final Set<Integer> ANSWER = Set.of(200);
  private static final Set<Integer> ANSWER_OR_CODE = Set.of(200, 401);

  /** Header field of the answer 401 to a right password whose user has a second factor. */
  private static final String PASSWORD_SHOWN = "Postern-Password-Shown";

  private static final Set<Integer> ENDED = Set.of(204);

  private final ServiceApi api;

  public AccessClient(ServiceApi api) {
    this.api = api;
  }

  /** A provider as the service names it; nothing of it is checked yet. */
  public record Provider(String issuer, String clientId, String scopes) {}

  /** A token of the services, and its end. */
  public record Issued(String token, Instant ends) {}

  /** Whose device flow gives a token; empty: local users alone sign in. */
  public Optional<Provider> provider() throws IOException, InterruptedException {
    JsonNode provider = api.send(api.request("/sign-in").GET(), ANSWER).path("provider");
    return provider.path("issuer").asText("").isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Provider(
                provider.path("issuer").asText(),
                provider.path("clientId").asText(),
                provider.path("scopes").asText()));
  }

  /**
   * For a password, by which the request is sent.
   *
   * @param code of the user's second factor
   */
  public Issued token(Typed code) throws IOException, InterruptedException {
    HttpResponse<String> first = api.response(tokens(), ANSWER_OR_CODE);
    boolean needsCode = first.headers().firstValue(PASSWORD_SHOWN).isPresent();
    JsonNode answer =
        JSON.readTree(
            (needsCode
                    ? api.response(tokens().header("Postern-Code", code.read()), ANSWER)
                    : api.answer(first, ANSWER))
                .body());
    try {
      return new Issued(answer.path("token").asText(), Instant.parse(answer.path("ends").asText()));
    } catch (DateTimeException e) {
      throw new IOException(api + " returned a token that never expires", e);
    }
  }

  private HttpRequest.Builder tokens() throws IOException {
    return api.request("/tokens?minutes=720")
        .timeout(PASSWORD)
        .POST(HttpRequest.BodyPublishers.noBody());
  }

  /** Ends the session of the token by which the request is sent. */
  public void endSession() throws IOException, InterruptedException {
    var unused = api.response(api.request("/me/sessions/current").DELETE(), ENDED);
  }

  /** Ends all sessions of the user by whose token the request is sent. */
  public void endSessions() throws IOException, InterruptedException {
    var unused = api.response(api.request("/me/sessions").DELETE(), ENDED);
  }

  /** Of the local user by whose token or password the request is sent. */
  public void changePassword(String current, String password)
      throws IOException, InterruptedException {
    String body = JSON.writeValueAsString(Map.of("current", current, "password", password));
    var unused =
        api.response(
            api.request("/me/password")
                .timeout(PASSWORD)
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(body)),
            ENDED);
  }

  /** Of the console: the path of a page that signs a browser in as the caller, once. */
  public String signInLink() throws IOException, InterruptedException {
    return api.send(api.request("/sign-in-links").POST(HttpRequest.BodyPublishers.noBody()), ANSWER)
        .path("path")
        .asText();
  }

  /** As {@code GET /api/v1/me} answers. */
  public JsonNode me() throws IOException, InterruptedException {
    return api.send(api.request("/me").GET(), ANSWER);
  }
}
