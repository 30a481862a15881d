package io.postern.operator.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Client of policy-service's API of local users. Any thread.
 *
 * <p>Failure: {@link IOException} with the service's own sentence.
 */
public final class UsersClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<Integer> ANSWER = Set.of(200);
  private static final Set<Integer> CHANGED_OR_MADE = Set.of(200, 201);
  private static final Set<Integer> REMOVED = Set.of(204);

  private final ServiceApi api;

  public UsersClient(ServiceApi api) {
    this.api = api;
  }

  /** All, by name. */
  public JsonNode all() throws IOException, InterruptedException {
    return api.send(api.request("/users").GET(), ANSWER);
  }

  /** Empty: there is none of this name. */
  public Optional<JsonNode> one(String name) throws IOException, InterruptedException {
    return api.sendOrNone(api.request(path(name)).GET(), ANSWER);
  }

  /**
   * Makes or changes a user.
   *
   * @param roles null: the former ones stay
   * @param password null: the former one stays, and a new user gets a random one
   * @return {@code user}, and {@code password} where it was made
   */
  public JsonNode set(String name, @Nullable List<String> roles, @Nullable String password)
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
            .PUT(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(request))),
        CHANGED_OR_MADE);
  }

  /** False: there is none of this name. */
  public boolean remove(String name) throws IOException, InterruptedException {
    return api.responseOrNone(api.request(path(name)).DELETE(), REMOVED).isPresent();
  }

  private static String path(String name) {
    return "/users/" + ConsoleClient.encoded(name);
  }
}
