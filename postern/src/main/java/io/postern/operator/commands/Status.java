package io.postern.operator.commands;

import io.postern.commandline.OutputOption;
import io.postern.operator.api.ConsoleClient;
import io.postern.operator.api.Health;
import io.postern.operator.connection.ConnectionOptions;
import io.postern.operator.connection.Installation;
import io.postern.operator.links.Links;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Command that shows the state of the services, the connections to Kafka and the queue. */
@Command(
    name = "status",
    description = {
      "Shows whether each service is ready, certificates of the connections to Kafka that expire soon,",
      "and the numbers of the console's overview: mail in the queue, and mail of today (UTC).",
      "Exit code 0: all replicas whose health address is known (postern.health.NAME) are ready, and no",
      "certificate of the connections to Kafka expires within 45 days; 1: one is not, or does."
    },
    mixinStandardHelpOptions = true)
public final class Status implements Callable<Integer> {
  private static final String KAFKA = "kafka.bootstrap.servers";
  private static final String CONSOLE = "postern.console.url";

  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<Result> output = new OutputOption<>();

  /**
   * Whether a replica can do its work.
   *
   * @param problem why not; empty: it can
   * @param note what an administrator should know of one that can; empty: nothing
   */
  record Replica(String name, boolean ready, String problem, String note) {}

  /**
   * @param ready all replicas that were asked are
   * @param mail null: console-service did not answer
   * @param mailUnknown why not; null: it did
   */
  record Result(
      boolean ready,
      List<Replica> replicas,
      Links links,
      @Nullable MailStatus mail,
      @Nullable String mailUnknown) {
    Result(
        List<Replica> replicas,
        Links links,
        @Nullable MailStatus mail,
        @Nullable String mailUnknown) {
      this(
          replicas.stream().allMatch(Replica::ready),
          List.copyOf(replicas),
          links,
          mail,
          mailUnknown);
    }

    List<String> lines() {
      List<String> lines = new ArrayList<>();
      for (Replica replica : replicas) {
        lines.add(
            "%-20s %s"
                .formatted(
                    replica.name(),
                    replica.ready()
                        ? "ready" + (replica.note().isEmpty() ? "" : "; " + replica.note())
                        : "NOT READY: " + replica.problem()));
      }
      if (replicas.isEmpty()) {
        lines.add("no replica was asked: no postern.health.NAME says where");
      }
      lines.addAll(links.lines());
      if (mail != null) {
        lines.addAll(mail.lines());
      }
      if (mailUnknown != null) {
        lines.add("%-20s not known: %s".formatted("mail", mailUnknown));
      }
      return lines;
    }
  }

  @Override
  public Integer call() throws Exception {
    Installation installation = connection.installation();
    List<Replica> replicas = new ArrayList<>();
    for (Map.Entry<String, URI> replica : installation.health().entrySet()) {
      Health.State state = Health.of(replica.getValue(), installation.http());
      replicas.add(
          new Replica(replica.getKey(), state.problem().isEmpty(), state.problem(), state.note()));
    }
    Links links =
        installation.setting(KAFKA).isPresent()
            ? Links.of(installation.kafka(), Instant.now())
            : new Links(Map.of(), List.of());
    Result result = result(installation, replicas, links);
    output.print(result, result::lines);
    return result.ready() && result.links().findings().isEmpty() ? 0 : 1;
  }

  private static Result result(Installation installation, List<Replica> replicas, Links links)
      throws InterruptedException {
    if (installation.setting(CONSOLE).isEmpty()) {
      return new Result(replicas, links, null, "there is no " + CONSOLE);
    }
    try {
      MailStatus mail = MailStatus.of(new ConsoleClient(installation.console()));
      return new Result(replicas, links, mail, null);
    } catch (IOException e) {
      return new Result(replicas, links, null, e.getMessage());
    }
  }
}
