package io.postern.operator.commands.partner;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.operator.api.ConsoleClient;
import io.postern.operator.connection.ConnectionOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Command that shows a partner's next sessions as they end. */
@Command(
    name = "watch",
    description = {
      "Shows the next sessions that claim to be from a partner, live, with each condition, "
          + "expected and actual.",
      "Ends after 50 sessions, when the time is over, or at Ctrl-C.",
      "Exit code 0: there were sessions, and all were accepted, 1: one was refused, or there was "
          + "none."
    },
    mixinStandardHelpOptions = true)
public final class Watch implements Callable<Integer> {
  private static final int LONGEST = 30;
  private static final int MOST = 50;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<JsonNode> output = new OutputOption<>();

  @Parameters(index = "0", paramLabel = "ORGANIZATION", description = "its id in the directory")
  private String organization = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "CONNECTOR",
      description = "an inbound connector; without it, options identify the partner")
  private @Nullable String connector;

  @Option(names = "--domain", paramLabel = "DOMAIN", description = "of its senders; repeatable")
  private List<String> domains = new ArrayList<>();

  @Option(
      names = "--certificate-name",
      paramLabel = "NAME",
      description = "in its servers' certificates; repeatable")
  private List<String> certificateNames = new ArrayList<>();

  @Option(
      names = "--address",
      paramLabel = "ADDRESS",
      description = "of its servers, or a block; finds failed handshakes too; repeatable")
  private List<String> addresses = new ArrayList<>();

  @Option(
      names = "--for",
      paramLabel = "MINUTES",
      description = "duration, 1 to 30 (default: ${DEFAULT-VALUE})")
  private int minutes = LONGEST;

  @Spec private CommandSpec spec = CommandSpec.create();

  private final Set<String> shown = new HashSet<>();
  private boolean begun;
  private boolean refused;

  @Override
  public Integer call() throws Exception {
    boolean described = !domains.isEmpty() || !certificateNames.isEmpty() || !addresses.isEmpty();
    if (described == (connector != null)) {
      throw wrong(
          "name an inbound connector, or identify the partner with --domain, --certificate-name or "
              + "--address; not both");
    }
    if (minutes < 1 || minutes > LONGEST) {
      throw wrong("--for is " + minutes + ": write 1 to " + LONGEST);
    }
    Instant end = Instant.now().plus(Duration.ofMinutes(minutes));
    JsonNode last =
        new ConsoleClient(connection.installation().console())
            .watch(
                query(),
                view -> shown.size() >= MOST || isEnded(view) || Instant.now().isAfter(end),
                Duration.ofMinutes(minutes + 1L),
                this::show);
    if (last.path("further").asLong(0) > 0) {
      output.note(last.path("further").asLong() + " more sessions arrived");
    }
    long behind =
        last.at("/readTo/topics")
            .valueStream()
            .filter(topic -> topic.path("topic").asText().startsWith("mail."))
            .mapToLong(topic -> topic.path("lag").asLong(0))
            .sum();
    if (behind > 0) {
      output.note(
          "the read model has " + behind + " records left to read: newer sessions are not shown");
    }
    if (shown.isEmpty()) {
      output.note(behind > 0 ? "no session was read" : "no session arrived");
    }
    return shown.isEmpty() || refused ? 1 : 0;
  }

  private Map<String, List<String>> query() {
    return Map.of(
        "organization", List.of(organization),
        "connector", connector == null ? List.of() : List.of(connector),
        "domain", domains,
        "certificateName", certificateNames,
        "address", addresses);
  }

  private static boolean isEnded(JsonNode view) {
    return view.path("state").asText().equals("ended");
  }

  private void show(JsonNode view) {
    if (!begun) {
      begun = true;
      output.note("sessions that end from now on are shown; ask the partner to send a message");
    }
    for (JsonNode session : view.path("sessions")) {
      // One that was recorded late stands before others.
      if (shown.add(session.path("id").asText())) {
        refused |= !SessionText.isAccepted(session);
        if (output.isJson()) {
          output.printOne(session, () -> "");
        } else {
          output.show(SessionText.lines(session));
        }
      }
    }
  }

  private CommandLine.ParameterException wrong(String why) {
    return new CommandLine.ParameterException(spec.commandLine(), why);
  }
}
