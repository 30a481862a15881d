package io.postern.operator.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Client of policy-service's API of local users. Any thread.
 *
 * <p>Failure: {@link IOException} with the service's own sentence.
 */
public final class UsersClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<Integer> ANSWER = Set.of(200);
  private static final Set<Integer> CHANGED_OR_MADE = Set.of(200, 201, 412);
  private static final int FORBIDDEN = 403;

  /** A wrong password is delayed. */
  private static final Duration PATIENCE = Duration.ofSeconds(35);

  private static final Set<Integer> ENDED = Set.of(204);
  private static final Set<Integer> REMOVED = Set.of(204, 404, 412);

  private final ServiceApi api;

  public UsersClient(ServiceApi api) {
    this.api = api;
  }

  /** All, by name. */
  public JsonNode all() throws IOException, InterruptedException {
    return api.send(api.request("/users").GET(), ANSWER);
  }

  /**
   * A user as it is.
   *
   * @param etag of this state
   */
  public record Found(JsonNode user, String etag) {}

  /** Empty: there is none of this name. */
  public Optional<Found> one(String name) throws IOException, InterruptedException {
    Optional<HttpResponse<String>> answer =
        api.responseOrNone(api.request(path(name)).GET(), ANSWER);
    return answer.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Found(
                JSON.readTree(answer.get().body()),
                answer.get().headers().firstValue("ETag").orElse("")));
  }

  /**
   * Makes a user, or changes the one that was read.
   *
   * @param before with its ETag: another state of it is not changed; empty: it is new
   * @param roles null: the former ones stay
   * @param password null: the former one stays, and a new user gets a random one
   * @param own the caller's own password
   * @return {@code user}, and {@code password} where it was made; or a problem with {@code status}
   *     412: somebody else has made, changed or removed it, {@code current}
   */
  public JsonNode set(
      String name,
      Optional<Found> before,
      @Nullable List<String> roles,
      @Nullable String password,
      Typed own)
      throws IOException, InterruptedException {
    Map<String, Object> request = new LinkedHashMap<>();
    if (roles != null) {
      request.put("roles", roles);
    }
    if (password != null) {
      request.put("password", password);
    }
    return JSON.readTree(
        confirmed(
                current ->
                    api.request(path(name))
                        .header(
                            before.isPresent() ? "If-Match" : "If-None-Match",
                            before.map(Found::etag).orElse("*"))
                        .header("Content-Type", "application/json")
                        .PUT(body(request, current)),
                CHANGED_OR_MADE,
                own)
            .body());
  }

  /** A request, without the caller's own password and with it. */
  private interface Confirmed {
    HttpRequest.Builder with(@Nullable String current) throws IOException;
  }

  /** Sent with the caller's own password where the service wants it. */
  private HttpResponse<String> confirmed(Confirmed request, Set<Integer> answers, Typed own)
      throws IOException, InterruptedException {
    Set<Integer> orRefused = new HashSet<>(answers);
    orRefused.add(FORBIDDEN);
    HttpResponse<String> first = api.response(request.with(null), orRefused);
    boolean wanted =
        first.statusCode() == FORBIDDEN
            && JSON.readTree(first.body()).at("/errors/0/pointer").asText().equals("/current");
    return wanted
        ? api.response(request.with(own.read()).timeout(PATIENCE), answers)
        : api.answer(first, answers);
  }

  private static HttpRequest.BodyPublisher body(
      Map<String, Object> fields, @Nullable String current) throws IOException {
    Map<String, Object> all = new LinkedHashMap<>(fields);
    if (current != null) {
      all.put("current", current);
    }
    return HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(all));
  }

  /**
   * Removes the user that was read.
   *
   * @param own the caller's own password
   * @return without fields: it is removed; or a problem with {@code status} 404: there is none any
   *     more, or 412: somebody else has changed it, {@code current}
   */
  public JsonNode remove(String name, Found before, Typed own)
      throws IOException, InterruptedException {
    HttpResponse<String> answer =
        confirmed(
            current ->
                api.request(path(name))
                    .header("If-Match", before.etag())
                    .header("Content-Type", "application/json")
                    .method("DELETE", body(Map.of(), current)),
            REMOVED,
            own);
    return answer.body().isEmpty() ? JSON.createObjectNode() : JSON.readTree(answer.body());
  }

  /**
   * Records of access, newest first.
   *
   * @param query as the call takes it; empty values are left out
   */
  public JsonNode events(Map<String, String> query) throws IOException, InterruptedException {
    String text =
        query.entrySet().stream()
            .filter(each -> !each.getValue().isEmpty())
            .map(each -> each.getKey() + "=" + ConsoleClient.encoded(each.getValue()))
            .collect(Collectors.joining("&"));
    return api.send(api.request("/access-events?" + text).GET(), ANSWER);
  }

  /**
   * Removes the second factor of a user.
   *
   * @param own the caller's own password
   */
  public void removeSecondFactor(String name, Typed own) throws IOException, InterruptedException {
    var unused =
        confirmed(
            current ->
                api.request(path(name) + "/second-factor")
                    .header("Content-Type", "application/json")
                    .method("DELETE", body(Map.of(), current)),
            ENDED,
            own);
  }

  /** Ends all sessions of a local user, or of a provider's: NAME of ISSUER. */
  public void endSessions(String name) throws IOException, InterruptedException {
    var unused = api.response(api.request(path(name) + "/sessions").DELETE(), ENDED);
  }

  private static String path(String name) {
    return "/users/" + ConsoleClient.encoded(name);
  }
}
