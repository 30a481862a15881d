package io.postern.e2e.kills;

import io.postern.contracts.QueueId;
import io.postern.operator.trace.MailTrace;
import io.postern.operator.trace.TracePrinter;
import java.util.LinkedHashSet;
import java.util.Set;

/** Prints what a run found: the table, each finding, and the way of the first messages in them. */
final class Report {
  private static final int TRACED = 8;

  private Report() {}

  /** Whether the run was good. */
  static boolean print(KillsRun.Result result, World world) {
    result.table().forEach(System.out::println);
    Set<String> queueIds = new LinkedHashSet<>();
    for (Findings.Finding finding : result.findings().all()) {
      System.out.println("FINDING " + finding);
      if (!finding.queueId().isEmpty()) {
        queueIds.add(finding.queueId());
      }
    }
    queueIds.stream().limit(TRACED).forEach(queueId -> trace(world, queueId));
    if (!result.findings().none()) {
      System.out.println(
          "logs: " + world.state().logs() + ", broker " + world.stack().brokers().broker(1).log());
    }
    return result.findings().none();
  }

  private static void trace(World world, String queueId) {
    try {
      System.out.println("--- " + queueId);
      MailTrace trace = MailTrace.read(world.kafka(), QueueId.parse(queueId));
      new TracePrinter(false).lines(trace).forEach(System.out::println);
    } catch (Exception e) {
      System.out.println("no trace of " + queueId + ": " + e);
    }
  }
}
