package io.postern.operator.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Client of policy-service's API for validations and forced TLS with a partner. Any thread.
 *
 * <p>Failure: {@link IOException} with the service's own sentence.
 */
public final class PartnersClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<Integer> ANSWER = Set.of(200);
  private static final Set<Integer> PLAN_OR_REFUSAL = Set.of(200, 409, 412, 422);
  private static final Set<Integer> UNDONE_OR_REFUSAL = Set.of(200, 404, 409, 412);
  private static final Set<Integer> ASKED = Set.of(202);
  // The service bounds a validation by three minutes, a look at a partner by one.
  private static final Duration VALIDATION = Duration.ofMinutes(4);
  private static final Duration LOOK = Duration.ofSeconds(90);

  private final ServiceApi api;
  private final String organization;

  public PartnersClient(ServiceApi api, String organization) {
    this.api = api;
    this.organization = "/organizations/" + ConsoleClient.encoded(organization);
  }

  /**
   * Validates a stored outbound connector.
   *
   * @param body domains, recipients, sender
   * @param each takes the states so far
   * @return its last state
   */
  public JsonNode validate(String connector, Map<String, ?> body, Consumer<JsonNode> each)
      throws IOException, InterruptedException {
    return validated(
        organization + "/outbound-connectors/" + ConsoleClient.encoded(connector) + "/validations",
        body,
        each);
  }

  /** The same of a draft, which the body has as {@code connector}. */
  public JsonNode validateDraft(Map<String, ?> body, Consumer<JsonNode> each)
      throws IOException, InterruptedException {
    return validated(organization + "/validations", body, each);
  }

  private JsonNode validated(String path, Map<String, ?> body, Consumer<JsonNode> each)
      throws IOException, InterruptedException {
    String id = api.send(post(path, body), ASKED).path("id").asText();
    return new LiveView(api, organization + "/validations/" + ConsoleClient.encoded(id))
        .follow(PartnersClient::isOver, VALIDATION, each);
  }

  private static boolean isOver(JsonNode validation) {
    return !Set.of("asked", "running").contains(validation.path("state").asText());
  }

  /** A partner's mail hosts, and values for forced TLS. It dials, a minute at most. */
  public JsonNode look(String domain) throws IOException, InterruptedException {
    return api.send(
        api.request(partner(domain) + "/look")
            .timeout(LOOK)
            .POST(HttpRequest.BodyPublishers.noBody()),
        ANSWER);
  }

  /**
   * Plans or, with {@code consent}, makes forced TLS with a partner. It may dial, a minute at most.
   *
   * @param body as {@code POST …/partners/DOMAIN/secure} takes it
   * @param seen the directory's version of the plan that is wanted; null: any
   * @param reason for the record of changes
   * @return the plan with its {@code connectors}, or the problem for which it is refused
   */
  public JsonNode secure(String domain, Map<String, ?> body, @Nullable String seen, String reason)
      throws IOException, InterruptedException {
    String query = "?dryRun=false" + ConsoleClient.reason(reason);
    HttpRequest.Builder request = post(partner(domain) + "/secure" + query, body).timeout(LOOK);
    if (seen != null) {
      request.header("If-Match", "\"" + seen + "\"");
    }
    return api.send(request, PLAN_OR_REFUSAL);
  }

  /** The connectors that were made for the partner, with {@code seen}; empty: there are none. */
  public Optional<JsonNode> made(String domain) throws IOException, InterruptedException {
    return api.sendOrNone(api.request(partner(domain) + "/secure").GET(), ANSWER);
  }

  /**
   * Takes these connectors away, or none.
   *
   * @param seen the directory's version in which they were read
   * @param reason for the record of changes
   * @return {@code version}, {@code applied} and {@code changes}, or the problem for which it is
   *     refused
   */
  public JsonNode undo(String domain, String seen, boolean dryRun, String reason)
      throws IOException, InterruptedException {
    String query = "?dryRun=" + dryRun + ConsoleClient.reason(reason);
    return api.send(
        api.request(partner(domain) + query).header("If-Match", "\"" + seen + "\"").DELETE(),
        UNDONE_OR_REFUSAL);
  }

  private String partner(String domain) {
    return organization + "/partners/" + ConsoleClient.encoded(domain);
  }

  private HttpRequest.Builder post(String path, Map<String, ?> body) throws IOException {
    return api.request(path)
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)));
  }
}
