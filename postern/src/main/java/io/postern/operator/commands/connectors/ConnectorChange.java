package io.postern.operator.commands.connectors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.postern.commandline.InputFile;
import io.postern.commandline.OutputOption;
import io.postern.operator.api.ChangeText;
import io.postern.operator.api.ConnectorsClient;
import io.postern.operator.api.ConnectorsClient.Answer;
import io.postern.operator.api.ConnectorsClient.Connector;
import io.postern.operator.api.ConnectorsClient.End;
import io.postern.operator.api.ProblemText;
import io.postern.operator.commands.Dialogue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * A change of one connector or routing rule: compared first, shown, asked for, made. A change by
 * somebody else between two of these ends it, and nothing is changed. One thread.
 */
final class ConnectorChange {
  private static final int MOST_BYTES = 1_000_000;

  private final ChangeOptions options;
  private final OutputOption<JsonNode> output;
  private final CommandSpec spec;

  ConnectorChange(ChangeOptions options, OutputOption<JsonNode> output, CommandSpec spec) {
    this.options = options;
    this.output = output;
    this.spec = spec;
  }

  /** The request for the change. */
  private interface Request {
    Answer send(boolean dryRun) throws IOException, InterruptedException;
  }

  /**
   * @param fields of the new one, YAML or JSON
   */
  int add(ConnectorsClient client, String organization, String direction, Path fields)
      throws IOException, InterruptedException {
    byte[] text = InputFile.read(fields, MOST_BYTES);
    String name = name(text, fields, direction);
    JsonNode none = JsonNodeFactory.instance.objectNode();
    return make(
        direction,
        none,
        dryRun -> client.add(organization, direction, name, text, dryRun, options.reason));
  }

  /**
   * @param found empty: there is none, which was said
   * @param values {@code field=value}
   */
  int set(ConnectorsClient client, Optional<Connector> found, List<String> values)
      throws IOException, InterruptedException {
    if (found.isEmpty()) {
      return 1;
    }
    Connector before = found.get();
    ObjectNode wanted;
    try {
      wanted = FieldValues.changed(before.object(), before.direction(), values);
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    return make(
        before.direction(),
        before.object(),
        dryRun -> client.change(before, wanted, dryRun, options.reason));
  }

  /**
   * @param found empty: there is none, which was said
   */
  int remove(ConnectorsClient client, Optional<Connector> found)
      throws IOException, InterruptedException {
    if (found.isEmpty()) {
      return 1;
    }
    Connector before = found.get();
    return make(
        before.direction(),
        before.object(),
        dryRun -> client.remove(before, dryRun, options.reason));
  }

  private String name(byte[] fields, Path file, String direction) {
    Object read;
    try {
      read =
          new Load(LoadSettings.builder().build())
              .loadFromString(new String(fields, StandardCharsets.UTF_8));
    } catch (YamlEngineException e) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), file + " is neither YAML nor JSON: " + e.getMessage(), e);
    }
    Object name = read instanceof Map<?, ?> map ? map.get("name") : null;
    if (!(name instanceof String text) || text.isBlank()) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), file + " has no name: write the fields of one " + word(direction));
    }
    return text;
  }

  /** For people. */
  static String word(String direction) {
    return direction.equals("routing") ? "routing rule" : "connector";
  }

  /**
   * @param before as it was read; one that is not there yet has no fields
   * @return the exit code
   */
  private int make(String direction, JsonNode before, Request request)
      throws IOException, InterruptedException {
    String what = word(direction);
    Answer compared = request.send(true);
    if (compared.end() != End.DONE) {
      return finding(what, before, compared);
    }
    boolean same = !compared.answer().path("change").isObject();
    if (same || options.dryRun) {
      List<String> lines = shown(compared.answer());
      lines.add(
          "postern: "
              + (same ? "the " + what + " is up to date" : "nothing was changed (--dry-run)"));
      output.print(compared.answer(), () -> lines);
      return 0;
    }
    if (!options.yes && !agreed(compared.answer())) {
      output.note("nothing was changed");
      return 1;
    }
    Answer made = request.send(false);
    if (made.end() != End.DONE) {
      return finding(what, before, made);
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

  private int finding(String what, JsonNode before, Answer answer) {
    output.print(
        answer.answer(),
        () ->
            answer.end() == End.NOT_VALID
                ? ("NOT CHANGED: " + ProblemText.of(answer.answer().toString())).lines().toList()
                : meanwhile(what, before, answer.answer().path("current")));
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
  private static List<String> meanwhile(String what, JsonNode before, JsonNode current) {
    List<String> lines = new ArrayList<>();
    if (!current.isObject()) {
      lines.add("NOT CHANGED: another administrator has removed the " + what + " in the meantime");
      return lines;
    }
    if (before.isEmpty()) {
      lines.add(
          "NOT CHANGED: a %s with this name exists: `postern %ss set` changes it"
              .formatted(what, what.replace(' ', '-')));
      return lines;
    }
    lines.add("NOT CHANGED: another administrator has changed the " + what + " in the meantime:");
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
}
