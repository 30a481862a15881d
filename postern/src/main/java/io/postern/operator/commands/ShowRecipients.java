package io.postern.operator.commands;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.operator.api.RecipientsClient;
import io.postern.operator.connection.ConnectionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Command that shows the list of a domain's recipients, or one recipient. */
@Command(
    name = "show",
    description = {
      "Shows the size of a domain's list and who changed it, or whether an address is a recipient "
          + "and how its mail is routed.",
      "Exit code 1: the list is incomplete, or the address is refused."
    },
    mixinStandardHelpOptions = true)
public final class ShowRecipients implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<Document> output = new OutputOption<>();

  @Parameters(index = "0", paramLabel = "DOMAIN", description = "an accepted domain")
  private String domain = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "ADDRESS",
      description = "an address of the domain, or its local part")
  private String address = "";

  /** Of a domain or of an address. */
  sealed interface Document permits ListResult, OneResult {}

  /**
   * @param list as {@code GET /api/v1/accepted-domains/{domain}/recipients} has it
   */
  record ListResult(JsonNode list) implements Document {
    List<String> lines() {
      String domain = list.path("domain").asText();
      if (!list.path("listed").asBoolean()) {
        return List.of(domain + " has no list of recipients");
      }
      List<String> lines = new ArrayList<>();
      lines.add(
          "%s: %d addresses, changed %s by %s"
              .formatted(
                  domain,
                  list.path("addresses").asInt(),
                  list.path("changedAt").asText(),
                  list.path("changedBy").asText()));
      list.path("routes")
          .properties()
          .forEach(
              route ->
                  lines.add(
                      "  %7d %s"
                          .formatted(
                              route.getValue().asInt(),
                              route.getKey().isEmpty() ? "without a route" : route.getKey())));
      if (!complete()) {
        lines.add("INCOMPLETE: the last change did not finish; apply the list again");
      }
      return lines;
    }

    boolean complete() {
      return !list.path("listed").asBoolean() || list.path("complete").asBoolean();
    }
  }

  /**
   * @param recipient as {@code GET /api/v1/accepted-domains/{domain}/recipients/{address}} has it
   */
  record OneResult(JsonNode recipient) implements Document {
    List<String> lines() {
      List<String> lines = new ArrayList<>();
      lines.add(
          "%s: %s, %s"
              .formatted(
                  recipient.path("address").asText(),
                  accepted() ? "accepted" : "REFUSED",
                  recipient.path("listed").asBoolean() ? "listed" : "not listed"));
      recipient.path("why").forEach(why -> lines.add("  " + why.asText()));
      lines.add("  " + recipient.path("next").asText());
      return lines;
    }

    boolean accepted() {
      return recipient.path("accepted").asBoolean();
    }
  }

  @Override
  public Integer call() throws Exception {
    RecipientsClient client = new RecipientsClient(connection.installation().policy());
    if (address.isEmpty()) {
      ListResult result = new ListResult(client.list(domain));
      output.print(result, result::lines);
      return result.complete() ? 0 : 1;
    }
    OneResult result = new OneResult(client.one(domain, address));
    output.print(result, result::lines);
    return result.accepted() ? 0 : 1;
  }
}
