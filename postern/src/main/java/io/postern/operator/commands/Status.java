package io.postern.operator.commands;

import io.postern.commandline.OutputOption;
import io.postern.operator.api.Health;
import io.postern.operator.connection.ConnectionOptions;
import io.postern.operator.connection.Installation;
import io.postern.operator.links.Links;
import io.postern.operator.trace.MailCounts;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * Command that shows counts from the topics, the health of each replica whose address is known, and
 * the links.
 */
@Command(
    name = "status",
    description = {
      "Shows the number of recipients in each state, the readiness of each service, and certificates of the links",
      "to Kafka that end soon.",
      "Exit code 0: all replicas whose health address is known (postern.health.NAME) are ready, and no",
      "certificate of the links to Kafka ends within 45 days; 1: one is not, or does."
    },
    mixinStandardHelpOptions = true)
public final class Status implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption output = new OutputOption();

  /**
   * Whether a replica can do its work.
   *
   * @param problem why not; empty: it can
   */
  record Replica(String name, boolean ready, String problem) {}

  /**
   * @param ready all replicas that were asked are
   */
  record Result(
      boolean ready,
      List<Replica> replicas,
      Links links,
      long messages,
      long recipients,
      long delivered,
      long failed,
      long cancelled,
      long pending,
      long deferred,
      long held,
      long refused) {

    static Result of(List<Replica> replicas, Links links, MailCounts mail) {
      return new Result(
          replicas.stream().allMatch(Replica::ready),
          List.copyOf(replicas),
          links,
          mail.messages(),
          mail.recipients(),
          mail.delivered(),
          mail.failed(),
          mail.cancelled(),
          mail.pending(),
          mail.deferred(),
          mail.held(),
          mail.refused());
    }

    List<String> lines() {
      List<String> lines = new ArrayList<>();
      for (Replica replica : replicas) {
        lines.add(
            "%-20s %s"
                .formatted(
                    replica.name(), replica.ready() ? "ready" : "NOT READY: " + replica.problem()));
      }
      if (replicas.isEmpty()) {
        lines.add("no replica was asked: no postern.health.NAME says where");
      }
      lines.addAll(links.lines());
      lines.add("messages accepted    " + messages);
      lines.add("recipients           " + recipients);
      lines.add("  delivered          " + delivered);
      lines.add("  failed             " + failed);
      lines.add("  cancelled          " + cancelled);
      lines.add(
          "  pending            %d (deferred %d, held %d)".formatted(pending, deferred, held));
      lines.add("commands refused     " + refused);
      return lines;
    }
  }

  @Override
  public Integer call() throws Exception {
    Installation installation = connection.installation();
    List<Replica> replicas = new ArrayList<>();
    for (Map.Entry<String, URI> replica : installation.health().entrySet()) {
      String problem = Health.problem(replica.getValue(), installation.http());
      replicas.add(new Replica(replica.getKey(), problem.isEmpty(), problem));
    }
    Result result =
        Result.of(
            replicas,
            Links.of(installation.kafka(), Instant.now()),
            MailCounts.read(installation.kafka()));
    output.print(result, result::lines);
    return result.ready() && result.links().findings().isEmpty() ? 0 : 1;
  }
}
