package io.postern.console.web.partners;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.postern.api.ProblemException;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.PosternCommand;
import io.postern.console.web.peers.PeerJson;
import io.postern.console.web.peers.Peers;
import io.postern.directory.ObjectKind;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The connectors and routing rules of policy-service, as the reader sees them. A direction is the
 * first word of their kind: inbound, outbound, routing. Any thread that may block.
 */
@Singleton
class Connectors {
  static final String INBOUND = "inbound";
  static final String OUTBOUND = "outbound";
  static final String ROUTING = "routing";

  private static final int PAGE = 500;
  private static final int MOST_PAGES = 200;
  private static final int MOST_LISTS = 100;

  private final Peers peers;

  Connectors(Peers peers) {
    this.peers = peers;
  }

  /**
   * @param etag of this state
   * @param object its fields, as in a directory file
   */
  record Connector(
      String organization,
      String direction,
      String etag,
      ObjectNode object,
      List<WarningView> warnings) {
    String name() {
      return object.path("name").asText();
    }

    boolean isRule() {
      return direction.equals(ROUTING);
    }
  }

  /** A known trap, and the way out. */
  public record WarningView(String field, String warning, String cure) {}

  /** Ids of those that the reader sees. */
  List<String> organizations() {
    return items("/organizations").stream()
        .map(item -> item.path("object").path("id").asText())
        .toList();
  }

  /**
   * The same for a page that is shown without them too.
   *
   * @param notes get the sentence of a failure
   */
  List<String> organizations(List<String> notes) {
    return PeerJson.get(() -> organizations(), notes).orElse(List.of());
  }

  List<Connector> list(String organization, String direction) {
    return items(path(organization, direction)).stream()
        .map(item -> of(organization, direction, item))
        .toList();
  }

  /**
   * A part of all connectors and rules, in the order of organizations, directions and names.
   *
   * @param next the place behind it; empty: there are no more
   */
  record Part(List<Connector> connectors, String next) {}

  /**
   * @param organizations whose connectors are wanted
   * @param name a part of the connectors' names, in capitals or not; empty: any
   * @param after {@code next} of the part before; empty: the first
   * @param most connectors; it has fewer where it has looked through {@value #MOST_LISTS} lists
   */
  Part part(List<String> organizations, String name, String after, int most) {
    String[] place = (after + "//").split("/", 3);
    List<Connector> found = new ArrayList<>();
    int lists = 0;
    for (String organization : organizations.stream().sorted().toList()) {
      int before = organization.compareTo(place[0]);
      for (String direction : List.of(INBOUND, OUTBOUND, ROUTING)) {
        if (before < 0 || before == 0 && direction.compareTo(place[1]) < 0) {
          continue;
        }
        if (found.size() == most || lists++ == MOST_LISTS) {
          return new Part(found, organization + "/" + direction + "/");
        }
        boolean isPlace = before == 0 && direction.equals(place[1]);
        JsonNode page =
            peers
                .policy()
                .get(
                    path(organization, direction)
                        + "?limit="
                        + (most - found.size())
                        + "&name="
                        + Frame.encoded(name)
                        + "&after="
                        + Frame.encoded(isPlace ? place[2].replaceFirst("/+$", "") : ""));
        page.path("items").forEach(item -> found.add(of(organization, direction, item)));
        if (page.hasNonNull("next")) {
          return new Part(found, organization + "/" + direction + "/" + page.path("next").asText());
        }
      }
    }
    return new Part(found, "");
  }

  private static Connector of(String organization, String direction, JsonNode item) {
    return new Connector(
        organization,
        direction,
        item.path("etag").asText(),
        (ObjectNode) item.path("object"),
        warnings(item.path("warnings")));
  }

  static List<WarningView> warnings(JsonNode warnings) {
    List<WarningView> views = new ArrayList<>();
    for (JsonNode one : warnings) {
      views.add(
          new WarningView(
              one.path("field").asText(""),
              one.path("warning").asText(""),
              one.path("cure").asText("")));
    }
    return views;
  }

  /**
   * Names of the outbound connectors of which a routing rule can choose one.
   *
   * @param direction of the form
   * @param notes get the sentence of a failure
   * @return empty: the form does not choose one, or there is none, or they cannot be listed, or the
   *     organization has more than {@value #PAGE} connectors
   */
  Optional<List<String>> ofRules(String organization, String direction, List<String> notes) {
    if (!direction.equals(ROUTING) || organization.isEmpty()) {
      return Optional.empty();
    }
    return PeerJson.get(
            () -> peers.policy().get(path(organization, OUTBOUND) + "?limit=" + PAGE + "&after="),
            notes)
        .filter(page -> !page.hasNonNull("next"))
        .map(
            page ->
                page.path("items")
                    .valueStream()
                    .map(item -> item.path("object"))
                    .filter(connector -> connector.path("isTransportRuleScoped").asBoolean())
                    .map(connector -> connector.path("name").asText())
                    .toList())
        .filter(names -> !names.isEmpty());
  }

  private List<JsonNode> items(String path) {
    List<JsonNode> items = new ArrayList<>();
    String after = "";
    for (int pages = 0; pages < MOST_PAGES; pages++) {
      JsonNode page =
          peers.policy().get(path + "?limit=" + PAGE + "&after=" + Frame.encoded(after));
      page.path("items").forEach(items::add);
      if (!page.hasNonNull("next")) {
        break;
      }
      after = page.path("next").asText();
    }
    return items;
  }

  /**
   * @throws ProblemException 404
   */
  Connector one(String organization, String direction, String name) {
    return of(
        organization,
        direction,
        peers.policy().get(path(organization, direction, name) + "?warnings=true"));
  }

  boolean isThere(String organization, String direction, String name) {
    return peers.policy().find(path(organization, direction, name)).isPresent();
  }

  /**
   * The last validation of an outbound connector.
   *
   * @param notes get the sentence of a failure
   * @return empty: there was none, or the service did not say it
   */
  Optional<JsonNode> lastValidation(String organization, String name, List<String> notes) {
    return PeerJson.get(
            () ->
                peers
                    .policy()
                    .find(path(organization, OUTBOUND, name) + "/validations")
                    .orElseGet(MissingNode::getInstance),
            notes)
        .map(answer -> answer.path("last"))
        .filter(JsonNode::isObject);
  }

  /**
   * @param etag of the state that is changed; empty: it is new
   * @return version, change, warnings
   */
  JsonNode put(
      String organization,
      String direction,
      String name,
      String etag,
      ObjectNode object,
      boolean dryRun,
      String reason) {
    return peers
        .policy()
        .put(
            path(organization, direction, name) + query(dryRun, reason),
            object,
            etag.isEmpty() ? null : etag)
        .body();
  }

  JsonNode delete(
      String organization,
      String direction,
      String name,
      String etag,
      boolean dryRun,
      String reason) {
    return peers
        .policy()
        .delete(path(organization, direction, name) + query(dryRun, reason), etag)
        .body();
  }

  private static String query(boolean dryRun, String reason) {
    return "?dryRun=" + dryRun + "&reason=" + Frame.encoded(reason);
  }

  static String path(String organization, String direction, String name) {
    return path(organization, direction) + "/" + Frame.encoded(name);
  }

  private static String path(String organization, String direction) {
    return "/organizations/" + Frame.encoded(organization) + "/" + kind(direction).plural();
  }

  /**
   * @throws ProblemException 404
   */
  static ObjectKind kind(String direction) {
    return switch (direction) {
      case INBOUND -> ObjectKind.INBOUND_CONNECTOR;
      case OUTBOUND -> ObjectKind.OUTBOUND_CONNECTOR;
      case ROUTING -> ObjectKind.ROUTING_RULE;
      default -> throw ProblemException.notFound("direction " + direction + " of connectors");
    };
  }

  /**
   * The command of one.
   *
   * @param verb such as show
   */
  static PosternCommand command(String direction, String verb) {
    return PosternCommand.of((direction.equals(ROUTING) ? "routing-rules " : "connectors ") + verb);
  }

  /** Where the console shows it. */
  static String page(String organization, String direction, String name) {
    return "/connectors/"
        + Frame.encoded(organization)
        + "/"
        + direction
        + "/"
        + Frame.encoded(name);
  }
}
