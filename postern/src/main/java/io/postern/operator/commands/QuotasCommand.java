package io.postern.operator.commands;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.commandline.TextTable;
import io.postern.operator.api.DirectoryClient;
import io.postern.operator.connection.ConnectionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Command that shows quotas. */
@Command(
    name = "quotas",
    description = {
      "Shows what your organizations have in the directory, and what they may have.",
      "An operator sees all organizations together first."
    },
    mixinStandardHelpOptions = true)
public final class QuotasCommand implements Callable<Integer> {
  private static final List<String> COLUMNS =
      List.of("organization", "objects", "memory", "certificates", "recipients");

  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<JsonNode> output = OutputOption.ofTable();

  @Override
  public Integer call() throws Exception {
    JsonNode quotas = new DirectoryClient(connection.installation().policy()).quotas();
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode quota : quotas) {
      String organization = quota.path("organization").asText();
      rows.add(
          List.of(
              organization.isEmpty() ? "(all)" : organization,
              of(quota.path("objects"), 0),
              of(quota.path("memory"), 20) + " MB",
              of(quota.path("certificates"), 0),
              of(quota.path("recipients"), 0)));
    }
    output.printTable(quotas, new TextTable(COLUMNS, rows));
    return 0;
  }

  private static String of(JsonNode part, int shift) {
    return String.format(
        Locale.ROOT,
        "%,d of %,d",
        part.path("used").asLong() >> shift,
        part.path("most").asLong() >> shift);
  }
}
