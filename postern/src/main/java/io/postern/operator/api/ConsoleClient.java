package io.postern.operator.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Client of console-service's API: messages, refusals, queue, changes, reports. Any thread.
 *
 * <p>Failure: {@link IOException} with the service's own sentence.
 */
public final class ConsoleClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<Integer> ANSWER = Set.of(200);
  private static final Set<Integer> COUNTED_OR_ASKED = Set.of(200, 202);

  private static final Duration SEARCHED = Duration.ofSeconds(2); // as the console's page

  private final ServiceApi api;

  public ConsoleClient(ServiceApi api) {
    this.api = api;
  }

  /**
   * @param path below /api/v1, such as {@code /messages}
   * @param query parameters; those without a value are left out
   */
  public JsonNode get(String path, Map<String, String> query)
      throws IOException, InterruptedException {
    return api.send(api.request(path + query(query)).GET(), ANSWER);
  }

  /** One object; empty: there is none, or the caller does not see it. */
  public Optional<JsonNode> one(String path) throws IOException, InterruptedException {
    return api.sendOrNone(api.request(path).GET(), ANSWER);
  }

  /**
   * @param control as {@code POST /api/v1/queue/controls} takes it
   */
  public JsonNode control(Map<String, Object> control, boolean dryRun)
      throws IOException, InterruptedException {
    return api.send(
        api.request("/queue/controls?dryRun=" + dryRun)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(control))),
        COUNTED_OR_ASKED);
  }

  /**
   * Follows the sessions of a partner that end from now on.
   *
   * @param query whose, as {@code GET /api/v1/partner-sessions} takes it
   * @param last of a state: no other is asked for
   * @param patience for all of it
   * @param each takes its states
   * @return its last state
   */
  public JsonNode watch(
      Map<String, List<String>> query,
      Predicate<JsonNode> last,
      Duration patience,
      Consumer<JsonNode> each)
      throws IOException, InterruptedException {
    String path =
        query.entrySet().stream()
            .flatMap(
                parameter ->
                    parameter.getValue().stream()
                        .map(value -> parameter.getKey() + "=" + encoded(value)))
            .collect(Collectors.joining("&", "/partner-sessions?", ""));
    JsonNode began = api.send(api.request(path).GET(), ANSWER);
    each.accept(began);
    return new LiveView(api, path + "&since=" + encoded(began.path("since").asText()), SEARCHED)
        .follow(last, patience, each);
  }

  private static String query(Map<String, String> query) {
    return query.entrySet().stream()
        .filter(each -> !each.getValue().isEmpty())
        .map(each -> each.getKey() + "=" + encoded(each.getValue()))
        .collect(Collectors.joining("&", "?", ""));
  }

  /** The parameter of a change's reason; "": none was given. */
  static String reason(String reason) {
    return reason.isEmpty() ? "" : "&reason=" + encoded(reason);
  }

  /** For a part of a path. */
  public static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
