package io.postern.e2e.kills;

import io.postern.operator.audit.Audit;
import io.postern.operator.audit.AuditOptions;
import io.postern.operator.audit.AuditReport;
import io.postern.operator.audit.AuditUnavailableException;
import io.postern.operator.audit.RecipientAnswer;
import io.postern.operator.audit.RecipientState;
import io.postern.stack.Service;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The end of a run: who can never be delivered to is cancelled, the rest is waited for by asking
 * the audit, a bounded time. Owner: one thread.
 */
final class Settling {
  private static final Duration BETWEEN = Duration.ofSeconds(1);
  private static final Duration LOOK = Duration.ofSeconds(3);
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final World world;
  private final Plan plan;
  private final AcceptedMail accepted;
  private final Profile profile;

  Settling(World world, Plan plan, AcceptedMail accepted, Profile profile) {
    this.world = world;
    this.plan = plan;
    this.accepted = accepted;
    this.profile = profile;
  }

  /** The sender hears by a DSN that it was cancelled. */
  int cancelForbidden() throws IOException, InterruptedException {
    QueueApi api = new QueueApi(world.stack().apiPort(Service.POLICY), world.state().credentials());
    int cancelled = 0;
    for (Map.Entry<String, Integer> message : accepted.seqs().entrySet()) {
      List<Destination> recipients = plan.message(message.getValue()).recipients();
      List<Integer> forbidden = new ArrayList<>();
      for (int i = 0; i < recipients.size(); i++) {
        if (!recipients.get(i).mayReceive()) {
          forbidden.add(i);
        }
      }
      if (!forbidden.isEmpty()) {
        api.cancel(message.getKey(), forbidden);
        cancelled += forbidden.size();
      }
    }
    return cancelled;
  }

  /**
   * Waits until nothing is pending and nobody is still to be told of it, as long as the profile
   * says, and gives the last account, in which whatever is suspect was looked at again.
   */
  AuditReport await(Chaos chaos) throws InterruptedException {
    long end = System.nanoTime() + profile.drain().toNanos();
    boolean told = false;
    while (System.nanoTime() - end < 0) {
      chaos.raiseTheDead();
      boolean quiet = pending() == 0;
      if (quiet && told) {
        break;
      }
      // A DSN that is written only now is pending in the next audit.
      told = quiet && Followers.atTheEnd(world.client());
      Thread.sleep(BETWEEN);
    }
    AuditReport last = audit();
    accepted.read(); // after it: a DSN that the audit speaks of is known
    return last;
  }

  /** -1: the log could not be read. */
  private long pending() throws InterruptedException {
    try {
      AuditReport report =
          Audit.run(AuditOptions.of(world.client()).lookAgainAfter(LOOK).patience(PATIENCE));
      AtomicLong pending = new AtomicLong();
      report
          .recipients()
          .forEach(
              (RecipientAnswer answer) -> {
                if (answer.state() == RecipientState.PENDING) {
                  pending.incrementAndGet();
                }
              });
      System.out.println(
          "kills: "
              + pending
              + " recipients are pending: "
              + report.mail().pendingByPlace()
              + ", DSNs "
              + report.dsns().pendingByPlace());
      return pending.get();
    } catch (AuditUnavailableException e) {
      System.out.println("kills: the audit has to wait: " + e.getMessage());
      return -1;
    }
  }

  /** The account as it is, in which whatever is suspect was looked at again. */
  AuditReport audit() throws InterruptedException {
    AuditUnavailableException last = null;
    for (int i = 0; i < 3; i++) {
      try {
        return Audit.run(
            AuditOptions.of(world.client()).lookAgainAfter(profile.lookAgain()).patience(PATIENCE));
      } catch (AuditUnavailableException e) {
        last = e;
      }
    }
    throw new IllegalStateException("the log cannot be audited", last);
  }
}
