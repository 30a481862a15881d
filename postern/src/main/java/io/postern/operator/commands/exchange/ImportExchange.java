package io.postern.operator.commands.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.InputFile;
import io.postern.commandline.OutputOption;
import io.postern.operator.api.ExchangeClient;
import io.postern.operator.api.ProblemText;
import io.postern.operator.commands.Dialogue;
import io.postern.operator.commands.ReasonOption;
import io.postern.operator.connection.ConnectionOptions;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Command that takes over Exchange's connectors and accepted domains. */
@Command(
    name = "exchange",
    description = {
      "Imports connectors and accepted domains of Exchange from the JSON output of its cmdlets.",
      "Shows the result for each parameter, and asks before it makes changes; nothing is removed.",
      "Exit code 1: the draft has errors, and nothing was changed."
    },
    mixinStandardHelpOptions = true)
final class ImportExchange implements Callable<Integer> {
  private static final int MOST_BYTES = 4 * 1024 * 1024;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<JsonNode> output = new OutputOption<>();

  @Parameters(
      index = "0",
      paramLabel = "FILE",
      description = "of Get-InboundConnector and others; - is standard input")
  private Path file = Path.of("");

  @Option(
      names = "--organization",
      paramLabel = "ORGANIZATION",
      required = true,
      description = "target organization; an operator may create a new one")
  private String organization = "";

  @Option(
      names = "--mailbox-route",
      paramLabel = "ROUTE",
      description =
          "destination of mail for the accepted domains: host, host:port, or domain=host:port; "
              + "repeatable")
  private List<String> routes = new ArrayList<>();

  @Option(
      names = "--draft",
      paramLabel = "FILE",
      description = "writes the draft, a directory file, into a new file")
  private @Nullable Path draft;

  @Mixin private ReasonOption reason = new ReasonOption();

  @Option(names = "--dry-run", description = "shows the result only")
  private boolean dryRun;

  @Option(names = "--yes", description = "makes changes without asking")
  private boolean yes;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    if (!dryRun && !yes && (output.isJson() || Dialogue.here().isEmpty())) {
      throw wrong("cannot ask here: add --yes to import, or --dry-run");
    }
    byte[] read = InputFile.read(file, MOST_BYTES);
    ExchangeClient client = new ExchangeClient(connection.installation().policy());
    JsonNode compared = client.take(read, organization, routes, true, null, reason.text());
    if (draft != null) {
      write(draft, compared.path("file").asText());
    }
    boolean good = compared.has("applied");
    boolean same = compared.path("changes").isEmpty();
    if (dryRun || !good || same) {
      output.print(
          compared,
          () -> {
            List<String> lines = new ArrayList<>(ImportText.lines(compared));
            lines.add(
                "postern: "
                    + (good && same
                        ? "the directory is up to date"
                        : "nothing was changed" + (good ? " (--dry-run)" : "")));
            return lines;
          });
      return good ? 0 : 1;
    }
    if (!yes) {
      output.print(compared, () -> ImportText.lines(compared));
      if (!Dialogue.here().orElseThrow().agrees("Make these changes?")) {
        output.note("nothing was changed");
        return 1;
      }
    }
    String agreed = yes ? null : compared.path("seen").asText();
    JsonNode made = client.take(read, organization, routes, false, agreed, reason.text());
    if (!made.has("applied")) {
      output.note(
          made.has("findings")
              ? "nothing was changed: " + ProblemText.of(made)
              : "nothing was changed: another administrator has changed the organization in the "
                  + "meantime; compare again");
      return 1;
    }
    output.print(
        made,
        () -> {
          boolean applied = made.path("applied").asBoolean();
          // Whoever was asked has seen these changes.
          boolean seen = !yes && applied && made.path("changes").equals(compared.path("changes"));
          List<String> lines = new ArrayList<>(seen ? List.of() : ImportText.lines(made));
          lines.add(
              "postern: "
                  + (applied
                      ? "in force as version " + made.path("version").asLong()
                      : "nothing was changed"));
          return lines;
        });
    return made.path("applied").asBoolean() ? 0 : 1;
  }

  /** A file that is there may be a draft that somebody has edited. */
  private void write(Path to, String text) throws Exception {
    try {
      Files.writeString(to, text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (FileAlreadyExistsException e) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--draft: " + to + " exists: use a new file name", e);
    }
  }

  private CommandLine.ParameterException wrong(String why) {
    return new CommandLine.ParameterException(spec.commandLine(), why);
  }
}
