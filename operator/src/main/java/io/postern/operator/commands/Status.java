package io.postern.operator.commands;

import io.postern.operator.api.Health;
import io.postern.operator.connection.ConnectionOptions;
import io.postern.operator.connection.Installation;
import io.postern.operator.links.Links;
import io.postern.operator.trace.MailCounts;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Counts from the topics, the health of each replica whose address is known, and the links. */
@Command(
    name = "status",
    description = {
      "Shows how many recipients are in which state, whether each service is ready, and what ends soon of the",
      "links to Kafka.",
      "Exit code 0: all replicas whose health address is known (postern.health.NAME) are ready, and no",
      "certificate of the links to Kafka ends within 45 days; 1: one is not, or does."
    },
    mixinStandardHelpOptions = true)
public final class Status implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Override
  public Integer call() throws Exception {
    Installation installation = connection.installation();
    Map<String, URI> replicas = installation.health();
    boolean allReady = true;
    for (Map.Entry<String, URI> replica : replicas.entrySet()) {
      boolean ready = Health.ready(replica.getValue());
      allReady &= ready;
      System.out.printf("%-20s %s%n", replica.getKey(), ready ? "ready" : "NOT READY");
    }
    if (replicas.isEmpty()) {
      System.out.println("no replica was asked: no postern.health.NAME says where");
    }
    Links links = Links.of(installation.kafka(), Instant.now());
    links.lines().forEach(System.out::println);
    MailCounts counts = MailCounts.read(installation.kafka());
    System.out.printf("messages accepted    %d%n", counts.messages());
    System.out.printf("recipients           %d%n", counts.recipients());
    System.out.printf("  delivered          %d%n", counts.delivered());
    System.out.printf("  failed             %d%n", counts.failed());
    System.out.printf("  cancelled          %d%n", counts.cancelled());
    System.out.printf(
        "  pending            %d (deferred %d, held %d)%n",
        counts.pending(), counts.deferred(), counts.held());
    System.out.printf("commands refused     %d%n", counts.refused());
    return allReady && links.findings().isEmpty() ? 0 : 1;
  }
}
