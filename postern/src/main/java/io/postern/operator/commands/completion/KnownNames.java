package io.postern.operator.commands.completion;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.operator.api.ConsoleClient;
import io.postern.operator.api.DirectoryClient;
import io.postern.operator.connection.ConnectionOptions;
import io.postern.operator.connection.UserFolder;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The names of a kind that the caller may see, in their order. A token is not renewed for them: the
 * program ends when their time is over. Any thread.
 */
final class KnownNames {
  /** A shell's word, or several: no character that moves a cursor. */
  private static final Pattern SHOWN = Pattern.compile("[^\\p{C}\\p{Zl}\\p{Zp}]{1,256}");

  private KnownNames() {}

  /**
   * @param organization whose connectors and domains; empty: all that the caller sees
   * @throws IOException it cannot be asked
   */
  static List<String> of(NameKind kind, ConnectionOptions connection, String organization)
      throws IOException, InterruptedException {
    Stream<String> names =
        switch (kind) {
          case CONTEXT -> UserFolder.here().names().stream();
          case REPORT ->
              texts(
                  new ConsoleClient(connection.installation().withoutRenewal().console())
                      .get("/reports", Map.of()));
          case ORGANIZATION, CONNECTOR, DOMAIN, PARTNER -> {
            JsonNode directory =
                new DirectoryClient(connection.installation().withoutRenewal().policy())
                    .organizations();
            yield elements(directory)
                .filter(each -> organization.isEmpty() || id(each).equals(organization))
                .flatMap(each -> of(kind, each));
          }
        };
    return List.copyOf(new TreeSet<>(names.filter(name -> SHOWN.matcher(name).matches()).toList()));
  }

  private static Stream<String> of(NameKind kind, JsonNode organization) {
    Stream<String> partners =
        Stream.concat(
                domains(organization.path("inboundConnectors"), "senderDomains"),
                domains(organization.path("outboundConnectors"), "recipientDomains"))
            .filter(domain -> !domain.startsWith("*"));
    return switch (kind) {
      case ORGANIZATION -> Stream.of(id(organization));
      case CONNECTOR ->
          Stream.of("inboundConnectors", "outboundConnectors")
              .flatMap(field -> elements(organization.path(field)))
              .map(connector -> connector.path("name").asText());
      case PARTNER -> partners;
      case DOMAIN ->
          Stream.concat(
              elements(organization.path("acceptedDomains"))
                  .map(domain -> domain.path("domain").asText()),
              partners);
      case REPORT, CONTEXT -> Stream.of();
    };
  }

  private static Stream<String> domains(JsonNode connectors, String field) {
    return elements(connectors).flatMap(connector -> texts(connector.path(field)));
  }

  private static String id(JsonNode organization) {
    return organization.path("id").asText();
  }

  private static Stream<String> texts(JsonNode list) {
    return elements(list).map(JsonNode::asText);
  }

  private static Stream<JsonNode> elements(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false);
  }
}
