package io.postern.e2e.kills;

import io.postern.e2e.kills.Findings.Kind;
import io.postern.e2e.kills.Received.Key;
import io.postern.e2e.kills.Received.Taken;
import io.postern.operator.audit.Alarm;
import io.postern.operator.audit.AuditReport;
import io.postern.operator.audit.RecipientAnswer;
import io.postern.operator.audit.RecipientState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The account of a run: what the senders were told, what the topics say, what the peers received,
 * each against the others. Whatever differs is a finding. Owner: one thread, after everything has
 * come to rest.
 */
final class Accounting {
  private final Plan plan;
  private final Told told;
  private final Received received;
  private final AcceptedMail accepted;
  private final AuditReport audit;
  private final Duplicates duplicates;
  private final Findings findings;
  private final Counts counts = new Counts();

  /** Numbers for the table. */
  static final class Counts {
    long told;
    long unsure;
    long givenUp;
    long recipients;
    long delivered;
    long failed;
    long cancelled;
    long pending;
  }

  Accounting(
      Plan plan,
      Told told,
      Received received,
      AcceptedMail accepted,
      AuditReport audit,
      Duplicates duplicates,
      Findings findings) {
    this.plan = plan;
    this.told = told;
    this.received = received;
    this.accepted = accepted;
    this.audit = audit;
    this.duplicates = duplicates;
    this.findings = findings;
  }

  Counts settle() {
    for (int seq = 0; seq < plan.messages(); seq++) {
      senders(seq);
      for (String queueId : accepted.queueIds(seq)) {
        message(queueId, plan.message(seq));
      }
    }
    received.all().forEach(this::duplicates);
    for (Alarm alarm : audit.alarms()) {
      if (ours(alarm.queueId())) {
        findings.add(
            Kind.AUDIT,
            alarm.queueId(),
            alarm.kind().words() + ", recipient " + alarm.recipient() + ": " + alarm.lookedAt());
      }
    }
    return counts;
  }

  /** An alarm about nobody, or about the DSN of another run's mail, is ours too: it is an alarm. */
  private boolean ours(String queueId) {
    return queueId.isEmpty() || accepted.has(queueId) || !accepted.isOthers(queueId);
  }

  private void senders(int seq) {
    String queueId = told.queueId(seq);
    List<String> there = accepted.queueIds(seq);
    counts.unsure += told.timesUnsure(seq);
    if (queueId == null) {
      counts.givenUp += told.attempts(seq) > 0 ? 1 : 0;
    } else {
      counts.told++;
      if (!there.contains(queueId)) {
        findings.add(
            Kind.LOST,
            queueId,
            "message " + seq + ": its sender has a 250, mail.accepted has it not");
      }
    }
    long untold = there.stream().filter(id -> !id.equals(queueId)).count();
    if (untold > told.timesUnsure(seq)) {
      findings.add(
          Kind.ACCEPTED_TWICE,
          queueId == null ? "" : queueId,
          "message "
              + seq
              + " is there as "
              + there
              + ", replies that did not arrive: "
              + told.timesUnsure(seq));
    }
    duplicates.count(
        Duplicates.Cause.SENT_AGAIN,
        (long) Math.max(0, there.size() - 1) * plan.message(seq).recipients().size());
  }

  private void message(String queueId, Plan.Message message) {
    for (int i = 0; i < message.recipients().size(); i++) {
      counts.recipients++;
      Key key = new Key(message.seq(), i);
      Optional<RecipientAnswer> answer = audit.recipient(queueId, i);
      if (answer.isEmpty()) {
        findings.add(Kind.LOST, queueId, key + ": the audit does not know it");
        continue;
      }
      recipient(queueId, key, message.recipients().get(i), answer.get());
    }
  }

  private void recipient(String queueId, Key key, Destination destination, RecipientAnswer answer) {
    boolean there = received.of(key).stream().anyMatch(taken -> taken.queueId().equals(queueId));
    switch (answer.state()) {
      case DELIVERED -> {
        counts.delivered++;
        if (!there) {
          findings.add(
              Kind.LOST, queueId, key + ": delivered, and " + destination + " never took it");
        }
      }
      case FAILED -> {
        counts.failed++;
        if (!received.wasRefused(key)) {
          findings.add(Kind.WRONGLY_FAILED, queueId, key + " at " + destination + ": " + answer);
        }
        dsn(queueId, key, answer);
      }
      case CANCELLED -> {
        counts.cancelled++;
        if (destination.mayReceive()) {
          findings.add(Kind.WRONGLY_FAILED, queueId, key + ": cancelled, and nobody requested it");
        }
        dsn(queueId, key, answer);
      }
      case PENDING -> {
        counts.pending++;
        findings.add(
            answer.places().isEmpty() ? Kind.LOST : Kind.STUCK,
            queueId,
            key + " for " + destination + (there ? ", which has it" : "") + ": " + answer);
      }
    }
  }

  private void dsn(String queueId, Key key, RecipientAnswer answer) {
    List<String> dsns = accepted.dsnsAbout(queueId);
    if (dsns.isEmpty()) {
      findings.add(Kind.DSN, queueId, key + ": no DSN was written; " + answer);
    } else if (dsns.stream().noneMatch(received.dsnsOf(key.seq())::contains)
        && !(received.dsnWasRefused(key.seq()) && dsns.stream().anyMatch(this::failed))) {
      findings.add(
          Kind.DSN, queueId, key + ": DSN " + dsns + " was not received by the sender's host");
    }
  }

  private boolean failed(String dsn) {
    return audit.recipient(dsn, 0).filter(a -> a.state() == RecipientState.FAILED).isPresent();
  }

  private void duplicates(Key key, List<Taken> receipts) {
    Map<String, List<Taken>> byQueueId =
        receipts.stream().collect(Collectors.groupingBy(Taken::queueId));
    byQueueId.forEach(
        (queueId, same) -> {
          if (!queueId.isEmpty() && !accepted.has(queueId)) {
            findings.add(
                Kind.MISDIRECTED, queueId, key + ": received, and mail.accepted has it not");
          }
          if (same.size() > 1 && !duplicates.explained(same)) {
            findings.add(Kind.DUPLICATE, queueId, key + ": " + described(queueId, key, same));
          }
        });
  }

  private String described(String queueId, Key key, List<Taken> receipts) {
    List<String> each = new ArrayList<>();
    long first = receipts.getFirst().dotNanos();
    for (Taken taken : receipts) {
      each.add(
          "by %s, 354 at %+d ms, content complete at %+d ms, dot at %+d ms, 250 at %+d ms%s"
              .formatted(
                  Duplicates.deliverer(taken.client()),
                  (taken.dataNanos() - first) / 1_000_000,
                  (taken.contentNanos() - first) / 1_000_000,
                  (taken.dotNanos() - first) / 1_000_000,
                  (taken.takenNanos() - first) / 1_000_000,
                  taken.answered() ? "" : " (never sent)"));
    }
    @Nullable RecipientAnswer answer = audit.recipient(queueId, key.index()).orElse(null);
    return String.join("; ", each) + "; topics: " + answer;
  }
}
