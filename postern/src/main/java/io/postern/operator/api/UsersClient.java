package io.postern.operator.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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
   * @return {@code user}, and {@code password} where it was made; or a problem with {@code status}
   *     412: somebody else has made, changed or removed it, {@code current}
   */
  public JsonNode set(
      String name, Optional<Found> before, @Nullable List<String> roles, @Nullable String password)
      throws IOException, InterruptedException {
    Map<String, Object> request = new LinkedHashMap<>();
    if (roles != null) {
      request.put("roles", roles);
    }
    if (password != null) {
      request.put("password", password);
    }
    return api.send(
        api.request(path(name))
            .header("Content-Type", "application/json")
            .header(
                before.isPresent() ? "If-Match" : "If-None-Match",
                before.map(Found::etag).orElse("*"))
            .PUT(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(request))),
        CHANGED_OR_MADE);
  }

  /**
   * Removes the user that was read.
   *
   * @return without fields: it is removed; or a problem with {@code status} 404: there is none any
   *     more, or 412: somebody else has changed it, {@code current}
   */
  public JsonNode remove(String name, Found before) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        api.response(api.request(path(name)).header("If-Match", before.etag()).DELETE(), REMOVED);
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

  /** Ends all sessions of a local user, or of a provider's: NAME of ISSUER. */
  public void endSessions(String name) throws IOException, InterruptedException {
    var unused = api.response(api.request(path(name) + "/sessions").DELETE(), ENDED);
  }

  private static String path(String name) {
    return "/users/" + ConsoleClient.encoded(name);
  }
}
