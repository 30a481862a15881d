package io.postern.operator.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Client of policy-service's API for connectors and routing rules one by one. Any thread.
 *
 * <p>Failure: {@link IOException} with the service's own sentence.
 */
public final class ConnectorsClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<Integer> ANSWER = Set.of(200);
  private static final Set<Integer> CHANGE = Set.of(200, 201, 412, 422);
  private static final int PAGE = 500;
  private static final int MOST_PAGES = 200;

  private final ServiceApi api;

  public ConnectorsClient(ServiceApi api) {
    this.api = api;
  }

  /**
   * A connector, or a routing rule.
   *
   * @param direction inbound, outbound, routing
   * @param etag of this state
   * @param object its fields, as in a directory file
   * @param warnings known traps
   */
  public record Connector(
      String organization, String direction, String etag, ObjectNode object, JsonNode warnings) {
    public String name() {
      return object.path("name").asText();
    }
  }

  /** The end of a change. */
  public enum End {
    /** Made, compared, or nothing was to change: as {@code ObjectAnswer}. */
    DONE,
    /** Somebody else has changed it: {@code current}, {@code changes}. */
    CHANGED_MEANWHILE,
    /** {@code errors}, each with pointer and cure. */
    NOT_VALID
  }

  /**
   * @param answer the service's document
   */
  public record Answer(End end, JsonNode answer) {}

  /** Ids of those that the caller sees. */
  public List<String> organizations() throws IOException, InterruptedException {
    return items("/organizations", "").stream()
        .map(item -> item.path("object").path("id").asText())
        .toList();
  }

  /**
   * By name.
   *
   * @param direction inbound, outbound, routing
   * @param name a part of their names, in capitals or not; empty: any
   */
  public List<Connector> list(String organization, String direction, String name)
      throws IOException, InterruptedException {
    String filter = name.isEmpty() ? "" : "&name=" + ConsoleClient.encoded(name);
    return items(path(organization, direction), filter).stream()
        .map(item -> of(organization, direction, item))
        .toList();
  }

  /** Accepted domains, each with its fields as in a directory file. */
  public List<JsonNode> acceptedDomains(String organization)
      throws IOException, InterruptedException {
    String path = "/organizations/" + ConsoleClient.encoded(organization) + "/accepted-domains";
    return items(path, "").stream().map(item -> item.path("object")).toList();
  }

  private static Connector of(String organization, String direction, JsonNode item) {
    return new Connector(
        organization,
        direction,
        item.path("etag").asText(),
        (ObjectNode) item.path("object"),
        item.path("warnings"));
  }

  private List<JsonNode> items(String path, String filter)
      throws IOException, InterruptedException {
    List<JsonNode> items = new ArrayList<>();
    String after = "";
    for (int pages = 0; pages < MOST_PAGES; pages++) {
      JsonNode page =
          api.send(
              api.request(
                      path + "?limit=" + PAGE + "&after=" + ConsoleClient.encoded(after) + filter)
                  .GET(),
              ANSWER);
      page.path("items").forEach(items::add);
      if (!page.hasNonNull("next")) {
        return items;
      }
      after = page.path("next").asText();
    }
    throw new IOException(api + " has more than " + PAGE * MOST_PAGES + " objects at " + path);
  }

  /** Empty: there is none of this name. */
  public Optional<Connector> one(String organization, String direction, String name)
      throws IOException, InterruptedException {
    return api.sendOrNone(
            api.request(path(organization, direction, name) + "?warnings=true").GET(), ANSWER)
        .map(item -> of(organization, direction, item));
  }

  /** The last validation of an outbound connector; empty: there was none. */
  public Optional<JsonNode> lastValidation(String organization, String name)
      throws IOException, InterruptedException {
    JsonNode last =
        api.send(api.request(path(organization, "outbound", name) + "/validations").GET(), ANSWER)
            .path("last");
    return last.isObject() ? Optional.of(last) : Optional.empty();
  }

  /**
   * @param before with its ETag: another state of it is not changed
   * @param wanted the whole connector, as it is to be
   */
  public Answer change(Connector before, ObjectNode wanted, boolean dryRun, String reason)
      throws IOException, InterruptedException {
    return answer(
        api.request(path(before) + query(dryRun, reason))
            .header("If-Match", before.etag())
            .header("Content-Type", "application/json")
            .PUT(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(wanted))));
  }

  /**
   * @param fields of the connector, YAML or JSON
   */
  public Answer add(
      String organization,
      String direction,
      String name,
      byte[] fields,
      boolean dryRun,
      String reason)
      throws IOException, InterruptedException {
    return answer(
        api.request(path(organization, direction, name) + query(dryRun, reason))
            .header("If-None-Match", "*")
            .header("Content-Type", "application/yaml")
            .PUT(HttpRequest.BodyPublishers.ofByteArray(fields)));
  }

  /**
   * @param before with its ETag
   */
  public Answer remove(Connector before, boolean dryRun, String reason)
      throws IOException, InterruptedException {
    return answer(
        api.request(path(before) + query(dryRun, reason))
            .header("If-Match", before.etag())
            .DELETE());
  }

  private Answer answer(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> response = api.response(request, CHANGE);
    End end =
        switch (response.statusCode()) {
          case 412 -> End.CHANGED_MEANWHILE;
          case 422 -> End.NOT_VALID;
          default -> End.DONE;
        };
    return new Answer(end, JSON.readTree(response.body()));
  }

  private static String query(boolean dryRun, String reason) {
    return "?dryRun=" + dryRun + "&reason=" + ConsoleClient.encoded(reason);
  }

  private static String path(Connector connector) {
    return path(connector.organization(), connector.direction(), connector.name());
  }

  private static String path(String organization, String direction, String name) {
    return path(organization, direction) + "/" + ConsoleClient.encoded(name);
  }

  private static String path(String organization, String direction) {
    return "/organizations/"
        + ConsoleClient.encoded(organization)
        + "/"
        + (direction.equals("routing") ? "routing-rules" : direction + "-connectors");
  }
}
