package io.postern.operator.commands.connectors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.postern.commandline.OutputOption;
import io.postern.operator.api.ChangeText;
import io.postern.operator.api.ConnectorsClient.Answer;
import io.postern.operator.api.ConnectorsClient.End;
import io.postern.operator.api.ProblemText;
import io.postern.operator.commands.Dialogue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * A change of one connector: compared first, shown, asked for, made. A change by somebody else
 * between two of these ends it, and nothing is changed. One thread.
 */
final class ConnectorChange {
  private final ChangeOptions options;
  private final OutputOption<JsonNode> output;
  private final CommandSpec spec;

  ConnectorChange(ChangeOptions options, OutputOption<JsonNode> output, CommandSpec spec) {
    this.options = options;
    this.output = output;
    this.spec = spec;
  }

  /** The request for the change. */
  interface Request {
    Answer send(boolean dryRun) throws IOException, InterruptedException;
  }

  /**
   * @param before as it was read; a connector that is not there yet has no fields
   * @return the exit code
   */
  int make(JsonNode before, Request request) throws IOException, InterruptedException {
    Answer compared = request.send(true);
    if (compared.end() != End.DONE) {
      return finding(before, compared);
    }
    boolean same = !compared.answer().path("change").isObject();
    if (same || options.dryRun) {
      List<String> lines = shown(compared.answer());
      lines.add(
          "postern: " + (same ? "the connector is up to date" : "nothing was changed (--dry-run)"));
      output.print(compared.answer(), () -> lines);
      return 0;
    }
    if (!options.yes && !agreed(compared.answer())) {
      output.note("nothing was changed");
      return 1;
    }
    Answer made = request.send(false);
    if (made.end() != End.DONE) {
      return finding(before, made);
    }
    output.print(
        made.answer(),
        () -> {
          // Whoever was asked has seen the difference.
          List<String> lines = options.yes ? shown(made.answer()) : new ArrayList<>();
          lines.add("postern: in force as version " + made.answer().path("version").asLong());
          return lines;
        });
    return 0;
  }

  /** Only a person at a terminal who reads text can agree; a program says --yes. */
  private boolean agreed(JsonNode compared) {
    if (output.isJson()) {
      throw withoutYes();
    }
    Dialogue dialogue = Dialogue.here().orElseThrow(this::withoutYes);
    output.print(compared, () -> shown(compared));
    return dialogue.agrees("Make this change?");
  }

  private CommandLine.ParameterException withoutYes() {
    return new CommandLine.ParameterException(
        spec.commandLine(), "cannot ask here: add --yes to make the change, or --dry-run");
  }

  private int finding(JsonNode before, Answer answer) {
    output.print(
        answer.answer(),
        () ->
            answer.end() == End.NOT_VALID
                ? ("NOT CHANGED: " + ProblemText.of(answer.answer().toString())).lines().toList()
                : meanwhile(before, answer.answer().path("current")));
    return 1;
  }

  private static List<String> shown(JsonNode answer) {
    List<String> lines = new ArrayList<>();
    if (answer.path("change").isObject()) {
      lines.addAll(ChangeText.lines(answer.path("change")));
    }
    lines.addAll(warnings(answer.path("warnings")));
    return lines;
  }

  static List<String> warnings(JsonNode warnings) {
    List<String> lines = new ArrayList<>();
    for (JsonNode warning : warnings) {
      String field = warning.path("field").asText();
      String cure = warning.path("cure").asText();
      lines.add(
          "WARNING  "
              + (field.isEmpty() ? "" : field + ": ")
              + warning.path("warning").asText()
              + (cure.isEmpty() ? "" : "; " + cure));
    }
    return lines;
  }

  /** The other's difference: from what this command has read to what is there now. */
  private static List<String> meanwhile(JsonNode before, JsonNode current) {
    List<String> lines = new ArrayList<>();
    if (!current.isObject()) {
      lines.add("NOT CHANGED: another administrator has removed the connector in the meantime");
      return lines;
    }
    if (before.isEmpty()) {
      lines.add(
          "NOT CHANGED: a connector with this name exists: `postern connectors set` changes it");
      return lines;
    }
    lines.add("NOT CHANGED: another administrator has changed the connector in the meantime:");
    Set<String> fields = new LinkedHashSet<>();
    before.fieldNames().forEachRemaining(fields::add);
    current.fieldNames().forEachRemaining(fields::add);
    for (String field : fields) {
      JsonNode had = before.path(field);
      JsonNode has = current.path(field);
      if (!had.equals(has)) {
        lines.add(
            "    %s: %s -> %s".formatted(field, ChangeText.value(had), ChangeText.value(has)));
      }
    }
    lines.add("check it, and run the command again");
    return lines;
  }

  /** Of a connector that is not there yet. */
  static JsonNode none() {
    return JsonNodeFactory.instance.objectNode();
  }
}
