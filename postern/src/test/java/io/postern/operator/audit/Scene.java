package io.postern.operator.audit;

import io.postern.contracts.Owner;
import io.postern.contracts.QueueId;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DecisionSource;
import io.postern.contracts.v1.NoticeKind;
import io.postern.contracts.v1.NoticeRequested;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.ScheduleState;

/** One message of one recipient, step by step, each step as its service would take it. */
final class Scene {
  final HandLog log;
  final QueueId id = Mail.id();

  Scene() {
    this(new HandLog());
  }

  Scene(HandLog log) {
    this.log = log;
  }

  String key() {
    return id.value();
  }

  Scene accepted() {
    log.write(Topic.ACCEPTED, key(), Mail.accepted(id, 1).build());
    return this;
  }

  Scene decided() {
    return decided(Mail.decision(id, 1).addDeliveries(Mail.delivery(id, 1, 0)));
  }

  /** Of the last acceptance. */
  Scene decided(Decision.Builder decision) {
    log.decide(DecisionSource.SOURCE_ACCEPTED, log.next(Topic.ACCEPTED) - 1, decision);
    return this;
  }

  /** Of the last attempt that is due. */
  Scene decidedDue(int attempt) {
    log.decide(
        DecisionSource.SOURCE_DUE,
        log.next(Topic.DUE) - 1,
        Mail.decision(id, attempt).addDeliveries(Mail.delivery(id, attempt, 0)));
    return this;
  }

  /** Attempt 1 goes on at its owner, the scheduler watches it. */
  Scene watched() {
    return accepted()
        .decided()
        .finished()
        .outcome(1, OutcomeKind.STILL_OPEN)
        .scheduled()
        .entry(ScheduleState.WATCHED, 1);
  }

  /** Attempt 2 was asked for and decided. */
  Scene secondAttempt() {
    return entry(ScheduleState.OPEN, 2).due(2).decidedDue(2);
  }

  Scene finished() {
    log.delivered = log.next(Topic.DELIVERIES);
    return this;
  }

  Scene outcome(int attempt, OutcomeKind kind) {
    return outcome(Mail.outcome(id, attempt, kind, 0));
  }

  Scene outcome(OutcomeRecorded.Builder outcome) {
    log.write(Topic.OUTCOMES, key(), outcome.build());
    return this;
  }

  Scene byScheduler(OutcomeKind kind) {
    return byScheduler(1, kind);
  }

  Scene byScheduler(int attempt, OutcomeKind kind) {
    log.write(Topic.SCHEDULE_OUTCOMES, key(), Mail.own(id, attempt, kind, 0));
    return this;
  }

  Scene taken(Owner owner) {
    log.taken(owner);
    return this;
  }

  Scene scheduled() {
    log.scheduled = log.next(Topic.OUTCOMES);
    return this;
  }

  Scene entry(ScheduleState state, int attempt) {
    log.write(Topic.SCHEDULE, key() + "/0", Mail.entry(state, attempt).build());
    return this;
  }

  Scene noEntry() {
    log.write(Topic.SCHEDULE, key() + "/0", null);
    return this;
  }

  Scene due(int attempt) {
    log.write(Topic.DUE, key(), Mail.due(id, attempt, 0).build());
    return this;
  }

  NoticeRequested failureNotice(String cause) {
    NoticeRequested notice = Mail.notice(id, NoticeKind.NOTICE_FAILED, cause, 0).build();
    log.write(Topic.NOTICES, key(), notice);
    return notice;
  }

  /** By an administrator or a hold's limit, its sender told of it. */
  Scene cancelled() {
    byScheduler(OutcomeKind.CANCELLED);
    NoticeRequested.Builder notice =
        Mail.notice(id, NoticeKind.NOTICE_FAILED, "cancelled/0").addRecipients(cancelledOne());
    log.write(Topic.NOTICES, key(), notice.build());
    return answered(notice.build());
  }

  private static RecipientOutcome.Builder cancelledOne() {
    return RecipientOutcome.newBuilder().setRecipient(0).setKind(OutcomeKind.CANCELLED);
  }

  Scene answered(NoticeRequested notice) {
    log.noticed = log.next(Topic.NOTICES);
    log.write(Topic.ACCEPTED, "dsn", Mail.dsn(notice).build());
    return this;
  }

  RecipientAnswer answer(AuditReport report) {
    return report.recipient(key(), 0).orElseThrow();
  }

  Scene deferredOnce() {
    return accepted()
        .decided()
        .finished()
        .outcome(1, OutcomeKind.DEFERRED)
        .scheduled()
        .entry(ScheduleState.WAITING, 1);
  }
}
