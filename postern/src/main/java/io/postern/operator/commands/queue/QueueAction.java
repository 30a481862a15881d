package io.postern.operator.commands.queue;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.contracts.QueueId;
import io.postern.operator.api.ConsoleClient;
import io.postern.operator.api.QueueClient;
import io.postern.operator.api.ServiceApi;
import io.postern.operator.commands.Dialogue;
import io.postern.operator.connection.ConnectionOptions;
import io.postern.operator.connection.Installation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Commands for one message, or for all that a filter finds. One thread. */
abstract class QueueAction implements Callable<Integer> {
  private final String action;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<Result> output = new OutputOption<>();
  @Mixin private FilterOptions filter = new FilterOptions();

  @Parameters(
      arity = "0..1",
      paramLabel = "QUEUE-ID",
      description = "a message, as in its reply; without it: all mail that matches the filter")
  private @Nullable String queueId;

  @Option(
      names = "--recipient",
      paramLabel = "INDEX",
      description =
          "only this recipient of the message, counted from 0 in the order of the envelope; "
              + "repeatable")
  private List<Integer> recipients = new ArrayList<>();

  @Option(names = "--yes", description = "does not ask before acting on all matching mail")
  private boolean yes;

  @Spec private CommandSpec spec = CommandSpec.create();

  QueueAction(String action) {
    this.action = action;
  }

  /** Of a cancel: whether the sender gets a DSN. */
  boolean notice() {
    return true;
  }

  /**
   * @param recipients none: all
   * @param controlId stands in the outcomes that answer it
   * @param service the asked service
   */
  record Result(
      String action, String subject, List<Integer> recipients, String controlId, String service) {}

  @Override
  public Integer call() throws Exception {
    Map<String, String> conditions = filter.given();
    if (queueId == null && conditions.isEmpty()) {
      throw wrong("name a message, or select mail with --reason, --route, --to-domain …");
    }
    if (queueId != null && !conditions.isEmpty()) {
      throw wrong("name a message or a filter, not both");
    }
    if (queueId == null && !recipients.isEmpty()) {
      throw wrong("--recipient counts in one message: name its queue ID instead of a filter");
    }
    Installation installation = connection.installation();
    return queueId == null
        ? ofFilter(new ConsoleClient(installation.console()), conditions)
        : ofMessage(installation.policy(), queueId);
  }

  private int ofMessage(ServiceApi policy, String id) throws Exception {
    String control =
        new QueueClient(policy).control(QueueId.parse(id), action, recipients, notice());
    output.print(
        new Result(action, id, recipients, control, policy.toString()),
        () ->
            List.of(
                "postern: accepted (control ID "
                    + control
                    + "); `postern why "
                    + id
                    + "` shows the result"));
    return 0;
  }

  private int ofFilter(ConsoleClient console, Map<String, String> conditions) throws Exception {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("action", action);
    request.put("filter", conditions);
    request.put("notice", notice());
    JsonNode counted = console.control(request, true);
    long found = counted.path("recipients").asLong();
    if (found == 0) {
      output.printAnswer(counted, () -> List.of("postern: no mail matches the filter"));
      return 1;
    }
    if (!yes && !agreed(found, counted.path("messages").asLong())) {
      output.note("nothing was changed");
      return 1;
    }
    request.put("expect", found);
    JsonNode answer = console.control(request, false);
    output.printAnswer(
        answer,
        () -> {
          List<String> lines = new ArrayList<>();
          lines.add(
              "postern: accepted for %d recipients of %d messages"
                  .formatted(answer.path("recipients").asLong(), answer.path("messages").asLong()));
          if (answer.path("left").asLong(0) > 0) {
            lines.add(
                "postern: %d recipients remain: run the command again"
                    .formatted(answer.path("left").asLong()));
          }
          return lines;
        });
    return 0;
  }

  /** Only a person at a terminal can agree; a program says --yes. */
  private boolean agreed(long found, long messages) {
    String mail = "%d recipients of %d messages".formatted(found, messages);
    return Dialogue.here()
        .orElseThrow(
            () -> wrong("the filter matches " + mail + ": add --yes to " + action + " them"))
        .agrees(
            action.substring(0, 1).toUpperCase(Locale.ROOT)
                + action.substring(1)
                + " "
                + mail
                + "?");
  }

  private CommandLine.ParameterException wrong(String why) {
    return new CommandLine.ParameterException(spec.commandLine(), why);
  }

  /** Nothing goes until a release, at most 14 days. */
  @Command(
      name = "hold",
      description =
          "Holds a message, or all mail that matches a filter, until it is released; at most 14 "
              + "days.",
      mixinStandardHelpOptions = true)
  static final class Hold extends QueueAction {
    Hold() {
      super("hold");
    }
  }

  /** Ends a hold. */
  @Command(
      name = "release",
      description = "Ends a hold: the mail is decided again and tried immediately.",
      mixinStandardHelpOptions = true)
  static final class Release extends QueueAction {
    Release() {
      super("release");
    }
  }

  /** The next attempt is now. */
  @Command(
      name = "retry",
      description = "Retries queued mail immediately.",
      mixinStandardHelpOptions = true)
  static final class Retry extends QueueAction {
    Retry() {
      super("retry");
    }
  }

  /** Gives mail up. */
  @Command(
      name = "cancel",
      description = "Cancels mail; its sender gets a DSN.",
      mixinStandardHelpOptions = true)
  static final class Cancel extends QueueAction {
    @Option(names = "--without-dsn", description = "sends no DSN to the sender")
    private boolean withoutDsn;

    Cancel() {
      super("cancel");
    }

    @Override
    boolean notice() {
      return !withoutDsn;
    }
  }
}
