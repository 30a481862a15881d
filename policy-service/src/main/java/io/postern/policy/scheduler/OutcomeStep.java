package io.postern.policy.scheduler;

import io.postern.contracts.DeliveryId;
import io.postern.contracts.Owner;
import io.postern.contracts.QueueId;
import io.postern.contracts.Reasons;
import io.postern.contracts.Texts;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ContentReference;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.DueCause;
import io.postern.contracts.v1.MessageControl;
import io.postern.contracts.v1.NoticeKind;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.OutcomeWriter;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.ScheduleEntry;
import io.postern.contracts.v1.ScheduleState;
import io.postern.log.rules.AttemptRule;
import io.postern.log.rules.AttemptRule.Entry;
import io.postern.log.rules.OutcomeRule;
import io.postern.log.rules.OutcomeRule.Count;
import io.postern.policy.scheduler.SchedulerMetrics.SkipKind;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The step of a record of {@code mail.outcomes}: an outcome closes a recipient only if it counts
 * and is the open attempt's, or if it is <em>delivered</em>, of any attempt and owner
 * (docs/design/the-log.md, "Watch and time"). A pure step: all changes are staged. Any thread.
 */
final class OutcomeStep {
  private static final long DEFAULT_LIFETIME = Duration.ofDays(1).toMillis();

  /** Mail that delivery does not want for so long rests until its route is up. */
  static final long FAR = Duration.ofMinutes(1).toMillis();

  // No host of the route has answered; an attempt that began is no proof that it is up.
  private static final Set<String> UNREACHED =
      Set.of(
          Reasons.CONNECT_FAILED,
          Reasons.DANE_DNS_FAILURE,
          Reasons.DISCONNECTED,
          Reasons.DNSSEC_INVALID,
          Reasons.DNS_FAILURE,
          Reasons.INTERNAL_ERROR,
          Reasons.INTERRUPTED,
          Reasons.SOURCE_ADDRESS_UNAVAILABLE,
          Reasons.TIMEOUT,
          Reasons.TOO_SLOW);

  private final ScheduleTimes times;
  private final Transitions transitions;
  private final RememberedControl remembered;
  private final SchedulerMetrics metrics;

  OutcomeStep(
      ScheduleTimes times,
      Transitions transitions,
      RememberedControl remembered,
      SchedulerMetrics metrics) {
    this.times = times;
    this.transitions = transitions;
    this.remembered = remembered;
    this.metrics = metrics;
  }

  /**
   * @param offset of the outcome
   * @throws UnprocessableException for an outcome that no version of ours writes
   */
  void apply(Changes changes, OutcomeRecorded outcome, long offset) {
    OutcomeRule rule = new OutcomeRule(changes.marks().owner());
    if (outcome.getPartitionTaken()) {
      if (!rule.taken(owner(outcome))) {
        skipped(changes, SkipKind.MARKER);
      }
    } else {
      recipients(changes, rule, outcome, offset);
    }
    remember(changes, rule);
  }

  private void recipients(Changes changes, OutcomeRule rule, OutcomeRecorded outcome, long offset) {
    QueueId queueId = QueueId.parse(outcome.getQueueId());
    if (outcome.getMovedContentCount() > 0) {
      moved(changes, queueId, outcome.getMovedContentList());
    }
    if (outcome.getRecipientsCount() == 0 && outcome.getWriter() == OutcomeWriter.WRITER_DECIDER) {
      nameless(changes, rule, outcome, offset);
      return;
    }
    Owner owner = owner(outcome);
    Set<Integer> seen = new HashSet<>();
    for (RecipientOutcome recipient : outcome.getRecipientsList()) {
      if (recipient.getKind() != OutcomeKind.MOVED && seen.add(recipient.getRecipient())) {
        EntryKey key = new EntryKey(queueId, recipient.getRecipient());
        OutcomeJudgement judged =
            judged(rule, changes.entry(key), outcome, owner, recipient.getKind());
        recipient(changes, key, judged, outcome, recipient, offset);
      }
    }
  }

  private static Owner owner(OutcomeRecorded outcome) {
    try {
      return Owner.of(outcome.getOwner());
    } catch (IllegalArgumentException e) {
      throw new UnprocessableException("an invalid owner");
    }
  }

  private static void remember(Changes changes, OutcomeRule rule) {
    Owner inForce = rule.inForce();
    if (!inForce.equals(changes.marks().owner())) {
      changes.later(() -> changes.marks().owner(inForce));
    }
  }

  private void skipped(Changes changes, SkipKind kind) {
    changes.later(() -> metrics.skipped(kind));
  }

  /**
   * The judgement of a recipient's outcome by the log's rules.
   *
   * @param ofOpenAttempt whether it is the open attempt's
   */
  private record OutcomeJudgement(
      @Nullable ScheduleEntry entry, Count count, boolean ofOpenAttempt) {}

  private static OutcomeJudgement judged(
      OutcomeRule rule,
      @Nullable ScheduleEntry entry,
      OutcomeRecorded outcome,
      Owner owner,
      OutcomeKind kind) {
    int attempt = outcome.getAttempt();
    boolean after = outcome.getAfterStillOpen();
    int entryAttempt = entry == null ? 0 : entry.getAttempt();
    Owner watchedBy =
        entry != null && entry.getState() == ScheduleState.WATCHED
            ? Owner.of(entry.getOwner())
            : Owner.NOBODY;
    Entry state = state(entry);
    Count count =
        rule.of(
            owner,
            kind,
            after,
            () -> state == Entry.WATCHED && entryAttempt == attempt && watchedBy.equals(owner));
    return new OutcomeJudgement(
        entry,
        count,
        AttemptRule.isOfOpenAttempt(state, entryAttempt, watchedBy, attempt, owner, after));
  }

  private static Entry state(@Nullable ScheduleEntry entry) {
    return entry == null
        ? Entry.NONE
        : switch (entry.getState()) {
          case REMEMBERED -> Entry.NONE;
          case OPEN -> Entry.OPEN;
          case WATCHED -> Entry.WATCHED;
          case WAITING, ENTRY_HELD, DELIVERED_MARK, SCHEDULE_STATE_UNSPECIFIED, UNRECOGNIZED ->
              Entry.CLOSED;
        };
  }

  /**
   * The decider could not read a due record, nor its recipients (attempt 0: nor the attempt). Open
   * recipients might wait for it for ever, so they are held; <em>delivered</em> still closes them.
   */
  private void nameless(Changes changes, OutcomeRule rule, OutcomeRecorded outcome, long offset) {
    int attempt = outcome.getAttempt();
    if (rule.of(owner(outcome), OutcomeKind.HELD, false, () -> false) == Count.SKIPPED) {
      skipped(changes, SkipKind.FORMER_OWNER);
      return;
    }
    changes
        .ofMessage(QueueId.parse(outcome.getQueueId()))
        .forEach(
            (key, entry) -> {
              if (entry.getState() == ScheduleState.OPEN
                  && (attempt == 0 || entry.getAttempt() == attempt)) {
                remembered.undecidable(changes, key, entry.toBuilder().setOutcomeOffset(offset));
              }
            });
  }

  private void recipient(
      Changes changes,
      EntryKey key,
      OutcomeJudgement judged,
      OutcomeRecorded outcome,
      RecipientOutcome recipient,
      long at) {
    if (judged.count() == Count.SKIPPED) {
      skipped(changes, SkipKind.FORMER_OWNER);
      return;
    }
    ScheduleEntry entry = judged.entry();
    if (entry != null && entry.getParked()) {
      parked(changes, entry, judged, sign(entry, outcome, recipient));
    }
    if (recipient.getKind() == OutcomeKind.DELIVERED) {
      if (judged.count() == Count.LATE) {
        changes.later(metrics::late);
      }
      if (entry == null || entry.getState() != ScheduleState.DELIVERED_MARK) {
        boolean usual =
            judged.count() == Count.COUNTS
                && judged.ofOpenAttempt()
                && !outcome.getAfterStillOpen();
        ScheduleEntry.Builder ending = begun(changes, key, entry, outcome).setOutcomeOffset(at);
        if (judged.ofOpenAttempt()) {
          known(ending, outcome);
          ending.setAttempt(Math.max(1, outcome.getAttempt()));
        }
        delivered(changes, key, ending, outcome, recipient, !usual);
      }
    } else if (judged.ofOpenAttempt()) {
      close(changes, key, begun(changes, key, entry, outcome), outcome, recipient, at);
    } else {
      skipped(changes, SkipKind.ANNULLED); // finding no state, it creates none
    }
  }

  /** Of mail that rested before its attempt. A host may take longer than delivery watches it. */
  private static void parked(
      Changes changes, ScheduleEntry entry, OutcomeJudgement judged, RouteSign sign) {
    if (entry.getState() == ScheduleState.OPEN) {
      changes.ended(ParkedGroup.of(entry), sign);
    } else if (entry.getState() == ScheduleState.WATCHED
        && judged.ofOpenAttempt()
        && sign == RouteSign.ANSWERED) {
      changes.ended(ParkedGroup.of(entry), RouteSign.ANSWERED_LATE);
    }
  }

  private static RouteSign sign(
      ScheduleEntry entry, OutcomeRecorded outcome, RecipientOutcome recipient) {
    if (!Transitions.route(outcome.getRoute()).equals(entry.getRoute())) {
      return RouteSign.MOVED;
    }
    boolean refused =
        switch (recipient.getKind()) {
          case DEFERRED -> outcome.getNoAttempt() || UNREACHED.contains(recipient.getReason());
          case STILL_OPEN -> true;
          default -> false;
        };
    return refused ? RouteSign.REFUSED : RouteSign.ANSWERED;
  }

  private static ScheduleEntry.Builder begun(
      Changes changes, EntryKey key, @Nullable ScheduleEntry entry, OutcomeRecorded outcome) {
    return entry == null || entry.getState() == ScheduleState.REMEMBERED
        ? first(changes, key, entry, outcome)
        : entry.toBuilder();
  }

  private void close(
      Changes changes,
      EntryKey key,
      ScheduleEntry.Builder entry,
      OutcomeRecorded outcome,
      RecipientOutcome recipient,
      long at) {
    known(entry, outcome);
    entry.setAttempt(Math.max(1, outcome.getAttempt())).setOutcomeOffset(at).clearOwner();
    switch (recipient.getKind()) {
      case DEFERRED -> {
        deferred(changes, key, entry, outcome, recipient);
        remembered.obey(changes, key, entry, outcome.getNotBeforeMillis());
      }
      case FAILED -> {
        RememberedControl.answer(changes, key, entry, Answers.ALREADY_FAILED);
        changes
            .outbox()
            .notice(
                key,
                entry.build(),
                NoticeKind.NOTICE_FAILED,
                cause("failed", outcome),
                recipient,
                outcome.getAtMillis());
        changes.remove(key);
      }
      case HELD -> {
        transitions.hold(changes, key, entry, recipient.getReason());
        remembered.obey(changes, key, entry, 0);
      }
      case STILL_OPEN ->
          changes.put(
              key,
              entry
                  .setState(ScheduleState.WATCHED)
                  .setDueMillis(changes.now() + times.watch().toMillis())
                  .setOwner(outcome.getOwner())
                  .build());
      case DELIVERED,
          EXPIRED_OUTCOME,
          RELEASED,
          CANCELLED,
          MOVED,
          NOT_NOTIFIED,
          OUTCOME_KIND_UNSPECIFIED,
          UNRECOGNIZED ->
          throw new UnprocessableException("an outcome of kind " + recipient.getKindValue());
    }
  }

  /** The entry that a first attempt's outcome begins; a control that came before is in it. */
  private static ScheduleEntry.Builder first(
      Changes changes, EntryKey key, @Nullable ScheduleEntry before, OutcomeRecorded outcome) {
    ScheduleEntry.Builder entry =
        ScheduleEntry.newBuilder()
            .setAcceptedOffset(outcome.getAcceptedOffset())
            .setAcceptedMillis(outcome.getAcceptedMillis())
            .setOrganization(outcome.getOrganization());
    if (before != null) { // it was combined with that of all, see ControlStep
      return entry
          .setRemembered(before.getRemembered())
          .setRememberedBy(before.getRememberedBy())
          .setRememberedWithoutNotice(before.getRememberedWithoutNotice());
    }
    MessageControl ofAll = changes.ofAll(key.queueId());
    if (ofAll != null) {
      entry
          .setRemembered(ofAll.getKind())
          .setRememberedBy(ofAll.getControlId())
          .setRememberedWithoutNotice(ofAll.getWithoutNotice());
    }
    return entry;
  }

  private static void known(ScheduleEntry.Builder entry, OutcomeRecorded outcome) {
    // From now on this requirement is the promise, and no earlier release lowers it. A requirement
    // by an older directory promises nothing: a stale decider's looser Decision, handed back or
    // still open before its MAIL FROM, must not replace the promise (G3).
    if (outcome.hasRequirement() && outcome.getRoutingVersion() >= entry.getRoutingVersion()) {
      entry
          .setRequirement(outcome.getRequirement())
          .setConnector(outcome.getConnector())
          .setRoutingVersion(outcome.getRoutingVersion())
          .clearReleasedReason();
    }
    if (!outcome.getRoute().isEmpty()) {
      entry.setRoute(Transitions.route(outcome.getRoute()));
    }
    if (!outcome.getOrganization().isEmpty()) {
      entry.setOrganization(outcome.getOrganization());
    }
    long expires = outcome.getExpiresMillis();
    // Once held, expiry has been put off, which the outcome does not know.
    if (expires > 0 && (!entry.getKeepAsked() || expires > entry.getExpiresMillis())) {
      entry.setExpiresMillis(expires);
    } else if (entry.getExpiresMillis() == 0) {
      long accepted =
          entry.getAcceptedMillis() > 0
              ? entry.getAcceptedMillis()
              : QueueId.parse(outcome.getQueueId()).createdMillis();
      entry.setExpiresMillis(accepted + DEFAULT_LIFETIME);
    }
  }

  private void deferred(
      Changes changes,
      EntryKey key,
      ScheduleEntry.Builder entry,
      OutcomeRecorded outcome,
      RecipientOutcome recipient) {
    long next;
    boolean rests = rests(outcome, recipient, entry.getRoute(), changes.now());
    if (outcome.getNoAttempt()) {
      entry.setHandBacks(entry.getHandBacks() + 1);
      next = changes.now() + times.handBackMillis(entry.getHandBacks());
      if (!rests) {
        next = Math.max(next, outcome.getNotBeforeMillis());
      }
    } else {
      entry.setHandBacks(0).setTries(entry.getTries() + 1);
      next = changes.now() + times.untilNextMillis(key.queueId(), entry, recipient.getReason());
    }
    entry
        .setState(ScheduleState.WAITING)
        .setCause(DueCause.DUE_RETRY)
        .setParked(rests)
        .setNullReversePath(outcome.getNullReversePath())
        .setReason(Texts.cut(recipient.getReason(), Transitions.MOST_REASON))
        .setDueMillis(Math.min(next, entry.getExpiresMillis()));
    changes.put(key, entry.build());
  }

  private static boolean rests(
      OutcomeRecorded outcome, RecipientOutcome recipient, String route, long now) {
    return outcome.getNoAttempt()
        && recipient.getReason().equals(Reasons.DESTINATION_BUSY)
        && outcome.getNotBeforeMillis() - now >= FAR
        && !route.isEmpty();
  }

  /**
   * @param marked whether a mark stays until expiry, so that no other outcome of the attempt begins
   *     anew: it was given up, watched or tried again, or a former owner delivered it
   */
  private static void delivered(
      Changes changes,
      EntryKey key,
      ScheduleEntry.Builder entry,
      OutcomeRecorded outcome,
      RecipientOutcome recipient,
      boolean marked) {
    RememberedControl.answer(changes, key, entry, Answers.ALREADY_DELIVERED);
    if (recipient.getRelayed()) {
      known(entry, outcome);
      changes
          .outbox()
          .notice(
              key,
              entry.build(),
              NoticeKind.NOTICE_RELAYED,
              cause("relayed", outcome),
              recipient,
              outcome.getAtMillis());
    }
    if (marked) {
      long expires = Math.max(entry.getExpiresMillis(), outcome.getExpiresMillis());
      changes.put(
          key,
          ScheduleEntry.newBuilder()
              .setState(ScheduleState.DELIVERED_MARK)
              .setAcceptedOffset(entry.getAcceptedOffset())
              .setAcceptedMillis(entry.getAcceptedMillis())
              .setAttempt(outcome.getAttempt())
              .setOrganization(entry.getOrganization())
              .setOutcomeOffset(entry.getOutcomeOffset())
              .setExpiresMillis(expires)
              .setDueMillis(Math.max(expires, changes.now() + DEFAULT_LIFETIME))
              .build());
    } else {
      changes.remove(key);
    }
  }

  /** The copy of a held message's content, from which attempts read from now on. */
  private static void moved(Changes changes, QueueId queueId, List<ContentSegment> content) {
    List<ContentReference> references =
        content.stream()
            .filter(ContentSegment::hasReference)
            .map(ContentSegment::getReference)
            .toList();
    if (references.size() != 1
        || !references.getFirst().getTopic().equals(Topics.MAIL_CONTENT_HELD)
        || references.getFirst().getPartition() != queueId.partition()) {
      throw new UnprocessableException(
          "a copy of the content is inline segments and one reference");
    }
    // Topic and partition are known anyway, and steps are not needed (decision 13).
    ContentReference kept =
        references.getFirst().toBuilder().clearChunkSteps().clearTopic().clearPartition().build();
    changes
        .ofMessage(queueId)
        .forEach(
            (key, entry) -> {
              if (entry.getKeepAsked()) {
                changes.put(key, entry.toBuilder().setKept(kept).build());
              }
            });
  }

  /** A notice's cause, without the recipient that {@link Outbox} appends. */
  private static String cause(String end, OutcomeRecorded outcome) {
    int attempt = Math.max(1, outcome.getAttempt());
    String still = outcome.getAfterStillOpen() ? "/after-still-open" : "";
    if (!outcome.getDeliveryId().isEmpty()) {
      return end + "/" + attempt + "/" + group(outcome.getDeliveryId()) + still;
    }
    return end + "/" + attempt + "/decided" + still;
  }

  private static int group(String deliveryId) {
    try {
      return DeliveryId.parse(deliveryId).group();
    } catch (IllegalArgumentException e) {
      throw new UnprocessableException("an invalid delivery id");
    }
  }

  /**
   * Holds the recipients of an outcome that cannot be understood, if an outcome of its owner and
   * attempt would count. An outcome whose owner cannot be read counts as the present owner's.
   */
  void undecidable(Changes changes, OutcomeRecorded outcome, long offset) {
    QueueId queueId = QueueId.parse(outcome.getQueueId());
    OutcomeRule rule = new OutcomeRule(changes.marks().owner());
    Owner owner = outcome.hasOwner() ? owner(outcome) : rule.inForce();
    Set<Integer> seen = new HashSet<>();
    for (RecipientOutcome recipient : outcome.getRecipientsList()) {
      int index = recipient.getRecipient();
      if (index < 0 || !seen.add(index)) {
        continue;
      }
      EntryKey key = new EntryKey(queueId, index);
      OutcomeJudgement judged = judged(rule, changes.entry(key), outcome, owner, OutcomeKind.HELD);
      if (judged.count() == Count.SKIPPED || !judged.ofOpenAttempt()) {
        continue;
      }
      ScheduleEntry.Builder held = begun(changes, key, judged.entry(), outcome);
      known(held, outcome);
      held.setAttempt(Math.max(1, held.getAttempt())).setOutcomeOffset(offset).clearOwner();
      remembered.undecidable(changes, key, held);
    }
    remember(changes, rule);
  }
}
