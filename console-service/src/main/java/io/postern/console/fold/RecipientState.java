package io.postern.console.fold;

import io.postern.console.wire.RecipientFact;
import io.postern.console.wire.RecipientMemory;
import io.postern.console.wire.ReportedDelivery;
import io.postern.contracts.OutcomeConnections;
import io.postern.contracts.ParkedEntries;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.ScheduleEntry;
import io.postern.contracts.v1.ScheduleState;
import io.postern.log.rules.RecipientFold;
import org.jspecify.annotations.Nullable;

/**
 * One recipient, folded from the records of all topics: each in its order, the topics in any.
 * Owner: one thread.
 */
final class RecipientState {
  /**
   * The accepted record's facts about it.
   *
   * @param senderDomain of the envelope sender; empty: the null reverse-path
   * @param tls of the session: none, TLSv1.2, TLSv1.3
   */
  record Accepted(
      long at,
      String address,
      String domain,
      String direction,
      String organization,
      String incomingOrganization,
      String inboundConnector,
      String incomingConnector,
      String senderDomain,
      String tls) {}

  /**
   * As it is searched for.
   *
   * @param state waiting, held, delivered, failed, expired, cancelled
   * @param since the log's time of the record that says so; 0: none does
   * @param due of the next attempt or the end of a hold; 0: not known
   * @param tls of the last attempt's session: none, TLSv1.2, TLSv1.3; empty: there was none
   */
  record View(
      String state,
      long since,
      String reason,
      String token,
      String connector,
      String route,
      String host,
      int attempts,
      long due,
      String tls) {}

  private final RecipientMemory.Builder memory;
  private final RecipientFold<RecipientFact> fold;
  private @Nullable Accepted accepted;

  RecipientState(RecipientMemory remembered) {
    memory = remembered.toBuilder();
    fold =
        new RecipientFold<>(
            new RecipientFold.Memory<>(
                remembered.hasDelivered() ? remembered.getDelivered() : null,
                remembered.hasLast() ? remembered.getLast() : null,
                remembered.hasLast() ? remembered.getLast().getKind() : null,
                remembered.hasLast() ? remembered.getLast().getAttempt() : -1,
                remembered.hasOwn() ? remembered.getOwn() : null,
                remembered.hasOwn() ? remembered.getOwn().getKind() : null,
                remembered.hasOwn() ? remembered.getOwnAttempt() : -1,
                remembered.getAskedFor()));
  }

  /** The first accepted record counts: a DSN that was written twice is one message. */
  void accepted(Accepted facts) {
    if (accepted == null) {
      accepted = facts;
    }
  }

  @Nullable Accepted accepted() {
    return accepted;
  }

  /** A Decision that counts asks for a delivery. */
  void decided(DeliveryRequested delivery) {
    if (delivery.getAttempt() >= memory.getDecidedAttempt()) {
      memory
          .setDecidedAttempt(delivery.getAttempt())
          .setDecidedConnector(delivery.getConnector())
          .setDecidedRoute(delivery.getNextHop().getRoute());
    }
  }

  /** An outcome of mail.outcomes that counts, or is late. */
  void outcome(OutcomeRecorded attempt, RecipientOutcome part, long at) {
    OutcomeRecorded outcome = OutcomeConnections.of(attempt, part);
    memory.setOutcomeAttempt(Math.max(memory.getOutcomeAttempt(), outcome.getAttempt()));
    fold.outcome(part.getKind(), outcome.getAttempt(), fact(outcome, part, at));
    if (!outcome.getReportedConnector().isEmpty()
        && outcome.getAttempt() >= memory.getReported().getAttempt()) {
      memory.setReported(
          ReportedDelivery.newBuilder()
              .setAttempt(outcome.getAttempt())
              .setOrganization(outcome.getOrganization())
              .setConnector(outcome.getReportedConnector())
              .setToken(outcome.getReportedToken()));
    }
  }

  /** A state that the scheduler wrote. */
  void own(OutcomeRecorded outcome, RecipientOutcome part, long at) {
    fold.own(part.getKind(), outcome.getAttempt(), fact(outcome, part, at));
  }

  void askedFor(int attempt) {
    fold.askedFor(attempt);
  }

  /** The scheduler's entry; null: it has none any more. */
  void entry(@Nullable ScheduleEntry entry) {
    memory.clearEntryDueMillis().clearEntryReason();
    if (entry == null) {
      return;
    }
    ScheduleState state = entry.getState();
    if (state == ScheduleState.WAITING
        || state == ScheduleState.ENTRY_HELD
        || state == ScheduleState.WATCHED) {
      memory.setEntryReason(entry.getReason());
      if (!ParkedEntries.isParked(entry)) { // nobody knows when its route is up
        memory.setEntryDueMillis(entry.getDueMillis());
      }
    }
  }

  RecipientMemory memory() {
    RecipientFold.Memory<RecipientFact> kept = fold.memory();
    set(kept.delivered(), memory::setDelivered);
    set(kept.last(), memory::setLast);
    set(kept.own(), memory::setOwn);
    if (kept.own() != null) {
      memory.setOwnAttempt(kept.ownAttempt());
    }
    return memory.setAskedFor(kept.askedFor()).build();
  }

  View view() {
    RecipientFold.State<RecipientFact> state = fold.state();
    RecipientFact fact = state == null ? RecipientFact.getDefaultInstance() : state.facts();
    String name = state == null ? "waiting" : name(state);
    boolean open = name.equals("waiting") || name.equals("held");
    boolean decided = memory.getDecidedAttempt() > 0;
    String reason = fact.getReason();
    return new View(
        name,
        fact.getAtMillis(),
        Texts.column(open && reason.isEmpty() ? memory.getEntryReason() : reason),
        Texts.column(fact.getToken()),
        Texts.column(decided ? memory.getDecidedConnector() : fact.getConnector()),
        Texts.column(decided ? memory.getDecidedRoute() : fact.getRoute()),
        Texts.column(fact.getHost()),
        Math.max(memory.getDecidedAttempt(), memory.getOutcomeAttempt()),
        open ? memory.getEntryDueMillis() : 0,
        fact.getTls());
  }

  /** Of connectors in report-only mode; null: none would have taken a delivery. */
  @Nullable ReportedDelivery reported() {
    return memory.hasReported() ? memory.getReported() : null;
  }

  private String name(RecipientFold.State<RecipientFact> state) {
    return switch (state.kind()) {
      case DELIVERED -> "delivered";
      case FAILED -> "failed";
      case EXPIRED_OUTCOME -> "expired";
      case CANCELLED -> "cancelled";
      // mail.due annuls the hold of an earlier attempt.
      case HELD -> fold.memory().askedFor() > state.facts().getAttempt() ? "waiting" : "held";
      default -> "waiting";
    };
  }

  private static RecipientFact fact(OutcomeRecorded outcome, RecipientOutcome part, long at) {
    return RecipientFact.newBuilder()
        .setKind(part.getKind() == OutcomeKind.UNRECOGNIZED ? OutcomeKind.DEFERRED : part.getKind())
        .setAttempt(outcome.getAttempt())
        .setReason(part.getReason())
        .setToken(outcome.getToken())
        .setHost(outcome.getHost())
        .setConnector(outcome.getConnector())
        .setRoute(outcome.getRoute())
        .setAtMillis(at)
        .setTls(Texts.tls(outcome))
        .build();
  }

  private static void set(
      @Nullable RecipientFact fact, java.util.function.Consumer<RecipientFact> setter) {
    if (fact != null) {
      setter.accept(fact);
    }
  }
}
