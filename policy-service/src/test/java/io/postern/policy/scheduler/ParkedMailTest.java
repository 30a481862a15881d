package io.postern.policy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.ParkedEntries;
import io.postern.contracts.QueueId;
import io.postern.contracts.Reasons;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.ControlKind;
import io.postern.contracts.v1.NoticeKind;
import io.postern.contracts.v1.NoticeRequested;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.ScheduleEntry;
import io.postern.contracts.v1.ScheduleState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mail for a dead or slow route (docs/design/destinations.md, "Parked mail"). */
class ParkedMailTest {
  private static final Duration FAR = Duration.ofMinutes(10);
  private static final Duration FIRST = Duration.ofMillis(RouteWindow.FIRST_PAUSE);
  private static final String OTHER = "smart:[192.0.2.7]:25";

  @TempDir Path folder = Path.of("");
  private SchedulerLab lab;

  @BeforeEach
  void open() {
    lab = new SchedulerLab(folder);
  }

  @AfterEach
  void close() {
    lab.close();
  }

  private OutcomeRecorded.Builder busy(
      QueueId message, int attempt, Duration stayAway, Integer... recipients) {
    return lab.outcome(message, attempt, OutcomeKind.DEFERRED, Reasons.DESTINATION_BUSY, recipients)
        .setNoAttempt(true)
        .setNotBeforeMillis(lab.millis() + stayAway.toMillis());
  }

  private void handBack(AttemptDue due) {
    lab.write(
        busy(
            QueueId.parse(due.getQueueId()),
            due.getAttempt(),
            FAR,
            due.getRecipientsList().toArray(Integer[]::new)));
  }

  private void deliver(AttemptDue due) {
    lab.delivered(
        QueueId.parse(due.getQueueId()),
        due.getAttempt(),
        due.getRecipientsList().toArray(Integer[]::new));
  }

  /** Messages whose first attempt was handed back for ten minutes. */
  private List<QueueId> parked(int number) {
    List<QueueId> messages = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      QueueId message = SchedulerLab.message();
      messages.add(message);
      lab.write(busy(message, 1, FAR, 0));
    }
    return messages;
  }

  private boolean rests(QueueId message) {
    ScheduleEntry entry = lab.entry(message, 0);
    return entry != null && ParkedEntries.isParked(entry);
  }

  private double resting() {
    lab.tick();
    return lab.metric("postern.scheduler.parked");
  }

  @Test
  void whatIsHandedBackForLongRestsAndTheRestComesAtItsTime() {
    QueueId soon = SchedulerLab.message();
    lab.write(busy(soon, 1, Duration.ofSeconds(59), 0));
    QueueId late = SchedulerLab.message();
    lab.write(busy(late, 1, Duration.ofSeconds(60), 0));
    assertThat(rests(soon)).isFalse();
    assertThat(rests(late)).isTrue();
    assertThat(resting()).isEqualTo(1);
    QueueId other = SchedulerLab.message();
    lab.write(
        lab.outcome(other, 1, OutcomeKind.DEFERRED, Reasons.ROUTING_CHANGED, 0)
            .setNoAttempt(true)
            .setNotBeforeMillis(lab.millis() + FAR.toMillis()));
    assertThat(rests(other)).as("its route has no part in it").isFalse();
  }

  @Test
  void oneProbesAndEachTimeAnother() {
    parked(20);
    lab.advance(Duration.ofSeconds(1));
    assertThat(lab.due()).isEmpty();
    Set<String> probes = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      lab.advance(Duration.ofMinutes(6));
      List<AttemptDue> due = lab.due();
      assertThat(due).hasSize(1);
      probes.add(due.getFirst().getQueueId());
      handBack(due.getFirst());
    }
    assertThat(probes).hasSize(20);
  }

  /** Of a mailing of 50 and of one of 500, in half a day. */
  @Test
  void recordsDoNotGrowWithTheNumberOfMessages() {
    int few = probesOfHalfADay(50);
    lab.close();
    lab = new SchedulerLab(folder);
    int many = probesOfHalfADay(500);
    assertThat(many).isEqualTo(few).isBetween(100, 160);
  }

  private int probesOfHalfADay(int messages) {
    parked(messages);
    int probes = 0;
    for (int i = 0; i < 12 * 60 * 2; i++) {
      lab.advance(Duration.ofSeconds(30));
      for (AttemptDue due : lab.due()) {
        probes++;
        handBack(due);
      }
    }
    assertThat(resting()).isEqualTo(messages);
    assertThat(lab.own()).isEmpty();
    assertThat(lab.notices()).as("delay notices alone").hasSize(messages);
    return probes;
  }

  @Test
  void theyGoAtThePaceAtWhichTheyAreTaken() {
    parked(2_000);
    lab.advance(FIRST);
    int open = 0;
    int most = 0;
    int rounds = 0;
    for (; resting() > 0; rounds++) {
      assertThat(rounds).isLessThan(60);
      List<AttemptDue> due = lab.due();
      open += due.size();
      most = Math.max(most, open);
      due.forEach(this::deliver);
      open -= due.size();
    }
    assertThat(most).isBetween(100, RouteWindow.MOST);
  }

  /** A hand-back halves what goes at a time; the host that hangs gets one at a time in the end. */
  @Test
  void aSlowRouteGetsLess() {
    parked(1_000);
    lab.advance(FIRST);
    List<AttemptDue> due = lab.due();
    while (due.size() < 100) {
      due.forEach(this::deliver);
      lab.tick();
      due = lab.due();
    }
    int before = due.size();
    lab.advance(Duration.ofSeconds(2));
    due.forEach(this::handBack);
    lab.advance(Duration.ofSeconds(1));
    List<AttemptDue> next = lab.due();
    assertThat(next.size()).isBetween(before / 3, before / 2 + 1);
    for (int i = 0; i < 10; i++) {
      lab.advance(Duration.ofSeconds(2));
      next.forEach(this::handBack);
      lab.tick();
      next = lab.due();
    }
    assertThat(next.size()).isLessThanOrEqualTo(1);
  }

  /** It counted as often as there was room, and only one of these attempts ever ended. */
  @Test
  void theLastOneGoesOnceWhateverTheWindow() {
    parked(2);
    lab.advance(FIRST);
    lab.due().forEach(this::deliver);
    lab.tick();
    for (int i = 0; i < 4; i++) {
      List<AttemptDue> due = lab.due();
      assertThat(due).hasSize(1);
      handBack(due.getFirst());
      lab.advance(Duration.ofMinutes(6));
    }
  }

  @Test
  void anAttemptThatReachesNobodyIsNoSignOfLife() {
    parked(10);
    for (int i = 0; i < 5; i++) {
      lab.advance(Duration.ofMinutes(6));
      List<AttemptDue> due =
          lab.due().stream().filter(each -> each.getAttempt() == 2).toList(); // first probes
      assertThat(due).hasSize(1);
      lab.deferred(QueueId.parse(due.getFirst().getQueueId()), 2, 0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {Reasons.DNSSEC_INVALID, Reasons.DANE_DNS_FAILURE})
  void aNameThatCannotBeProvedIsNoSignOfLife(String reason) {
    parked(10);
    for (int i = 0; i < 5; i++) {
      lab.advance(Duration.ofMinutes(6));
      List<AttemptDue> due =
          lab.due().stream().filter(each -> each.getAttempt() == 2).toList(); // first probes
      assertThat(due).hasSize(1);
      QueueId message = QueueId.parse(due.getFirst().getQueueId());
      lab.write(lab.outcome(message, 2, OutcomeKind.DEFERRED, reason, 0));
    }
  }

  /** Delivery hands each over to the watch after 30 s; the host takes it after 35 s. */
  @Test
  void aHostThatTakesLongGetsMoreThanAProbeInFiveMinutes() {
    parked(200);
    lab.advance(FIRST);
    List<AttemptDue> open = new ArrayList<>(lab.due());
    for (int round = 0; round < 2 * 3_600 / 35 && resting() > 0; round++) {
      lab.advance(Duration.ofSeconds(30));
      for (AttemptDue due : open) {
        QueueId message = QueueId.parse(due.getQueueId());
        lab.write(lab.outcome(message, due.getAttempt(), OutcomeKind.STILL_OPEN, "", 0));
      }
      lab.advance(Duration.ofSeconds(5));
      for (AttemptDue due : open) {
        QueueId message = QueueId.parse(due.getQueueId());
        lab.write(
            lab.outcome(message, due.getAttempt(), OutcomeKind.DELIVERED, "", 0)
                .setAfterStillOpen(true));
      }
      lab.tick();
      open = new ArrayList<>(lab.due());
    }
    assertThat(resting()).isZero();
  }

  @Test
  void recipientsOfAMessageThatRestTogetherGoTogether() {
    QueueId message = SchedulerLab.message();
    lab.write(busy(message, 1, FAR, 0, 1, 2));
    lab.advance(FIRST);
    assertThat(lab.due())
        .singleElement()
        .satisfies(due -> assertThat(due.getRecipientsList()).containsExactly(0, 1, 2));
  }

  @Test
  void theyExpireInTime() {
    parked(3);
    lab.silent(false);
    lab.advance(Duration.ofDays(1).minusMinutes(1));
    lab.due().forEach(this::handBack);
    lab.own();
    lab.advance(Duration.ofMinutes(1));
    assertThat(lab.ownStates())
        .extracting(RecipientOutcome::getKind)
        .containsExactly(
            OutcomeKind.EXPIRED_OUTCOME, OutcomeKind.EXPIRED_OUTCOME, OutcomeKind.EXPIRED_OUTCOME);
    assertThat(resting()).isZero();
    lab.advance(Duration.ofHours(1));
    assertThat(lab.due()).isEmpty();
  }

  @Test
  void theirSendersHearOfTheDelayOnceAndTheyRestOn() {
    QueueId message = parked(1).getFirst();
    lab.advance(FIRST);
    lab.due().forEach(this::handBack);
    lab.advance(Duration.ofHours(4));
    lab.due().forEach(this::handBack);
    assertThat(lab.notices())
        .extracting(NoticeRequested::getKind)
        .containsExactly(NoticeKind.NOTICE_DELAYED);
    assertThat(rests(message)).isTrue();
    lab.advance(Duration.ofHours(4));
    assertThat(lab.notices()).isEmpty();
  }

  @Test
  void controlsReachThem() {
    List<QueueId> messages = parked(5);
    lab.control(ControlKind.HOLD, messages.get(0), "hold", 0);
    lab.control(ControlKind.CANCEL, messages.get(1), "cancel", 0);
    lab.control(ControlKind.RETRY_NOW, messages.get(2), "retry", 0);
    lab.tick();
    assertThat(lab.due())
        .extracting(AttemptDue::getQueueId)
        .containsExactly(messages.get(2).value());
    assertThat(lab.entry(messages.get(1), 0)).isNull();
    assertThat(resting()).isEqualTo(2);
    Set<String> probes = new HashSet<>();
    for (int i = 0; i < 6; i++) {
      lab.advance(Duration.ofMinutes(6));
      for (AttemptDue due : lab.due()) {
        probes.add(due.getQueueId());
        handBack(due);
      }
    }
    assertThat(probes)
        .as("who is held is no probe")
        .containsExactlyInAnyOrder(messages.get(3).value(), messages.get(4).value());
    lab.control(ControlKind.RELEASE, messages.get(0), "release", 0);
    lab.advance(Duration.ZERO);
    assertThat(lab.due())
        .extracting(AttemptDue::getQueueId)
        .containsExactly(messages.get(0).value());
  }

  /** The control came while its probe was open. */
  @Test
  void aControlThatWasRememberedOutweighsTheRest() {
    QueueId message = parked(1).getFirst();
    lab.advance(FIRST);
    AttemptDue due = lab.due().getFirst();
    lab.control(ControlKind.HOLD, message, "hold", 0);
    handBack(due);
    assertThat(resting()).isZero();
    ScheduleEntry entry = lab.entry(message, 0);
    assertThat(entry).isNotNull();
    assertThat(entry.getState()).isEqualTo(ScheduleState.ENTRY_HELD);
  }

  @Test
  void aFlushReachesAll() {
    parked(700);
    lab.advance(Duration.ofSeconds(1));
    lab.flush(SchedulerLab.ROUTE, "flush");
    lab.advance(Duration.ofSeconds(1));
    lab.advance(Duration.ofSeconds(1));
    assertThat(lab.due()).hasSize(700);
    assertThat(resting()).isZero();
  }

  /** The probe goes by the repaired connector's route, and so do all others of its group. */
  @Test
  void aRepairedConnectorFreesItsOwnMail() {
    parked(50);
    List<QueueId> others = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      QueueId message = SchedulerLab.message();
      others.add(message);
      lab.write(busy(message, 1, FAR, 0).setOrganization("fabrikam"));
    }
    Set<String> repaired = new HashSet<>();
    int probesOfOthers = 0;
    lab.advance(FIRST);
    for (int i = 0; i < 30; i++) {
      for (AttemptDue due : lab.due()) {
        QueueId message = QueueId.parse(due.getQueueId());
        if (others.contains(message)) {
          probesOfOthers++;
          lab.write(busy(message, due.getAttempt(), FAR, 0).setOrganization("fabrikam"));
        } else {
          repaired.add(due.getQueueId());
          lab.write(
              lab.outcome(message, due.getAttempt(), OutcomeKind.DELIVERED, "", 0).setRoute(OTHER));
        }
      }
      lab.tick();
    }
    assertThat(repaired).hasSize(50);
    assertThat(probesOfOthers).isBetween(1, 3);
    assertThat(resting()).isEqualTo(50);
  }

  /** A wildcard domain for bounces: each has a route of its own. */
  @Test
  void strangersRoutesHaveAShare() {
    for (int i = 0; i < 3_000; i++) {
      lab.write(
          busy(SchedulerLab.message(), 1, FAR, 0)
              .setRoute("mx:a" + i + ".evil.example")
              .setNullReversePath(true));
    }
    QueueId users = parked(1).getFirst();
    List<AttemptDue> due = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      lab.advance(Duration.ofSeconds(10));
      due.addAll(lab.due());
    }
    assertThat(due).extracting(AttemptDue::getQueueId).contains(users.value());
    assertThat(due).as("three in half a minute, and the user's").hasSizeBetween(4, 10);
  }

  /** More routes than have a window: all are probed, one after the other. */
  @Test
  void whatHasNoWindowIsProbedToo() {
    Set<String> waiting = new HashSet<>();
    for (int i = 0; i < 550; i++) {
      QueueId message = SchedulerLab.message();
      waiting.add(message.value());
      lab.write(
          busy(message, 1, FAR, 0)
              .setRoute("mx:a" + i + ".evil.example")
              .setNullReversePath(true)
              .setExpiresMillis(lab.millis() + Duration.ofDays(5).toMillis()));
    }
    for (int i = 0; i < 24 * 60 * 2 && !waiting.isEmpty(); i++) {
      lab.advance(Duration.ofSeconds(30));
      for (AttemptDue due : lab.due()) {
        waiting.remove(due.getQueueId());
        QueueId message = QueueId.parse(due.getQueueId());
        ScheduleEntry entry = lab.entry(message, 0);
        assertThat(entry).isNotNull();
        lab.write(
            busy(message, due.getAttempt(), FAR, 0)
                .setRoute(entry.getRoute())
                .setNullReversePath(true));
      }
    }
    assertThat(waiting).isEmpty();
  }

  /** Time counts when the outcomes of that time are read. */
  @Test
  void noneGoesBeforeItsDeliveryIsRead() {
    QueueId message = parked(1).getFirst();
    lab.taken(SchedulerLab.LATER);
    lab.unread(lab.outcome(message, 1, OutcomeKind.DELIVERED, "", 0));
    lab.advance(Duration.ofHours(1));
    assertThat(lab.due()).isEmpty();
    lab.readOn();
    lab.advance(Duration.ofHours(1));
    assertThat(lab.due()).isEmpty();
  }

  @Test
  void theirPromiseGoesWithThem() {
    QueueId message = SchedulerLab.message();
    lab.write(busy(message, 1, FAR, 0).setRoutingVersion(77));
    lab.advance(FIRST);
    AttemptDue due = lab.due().getFirst();
    assertThat(due.getRequirement())
        .isEqualTo(lab.outcome(message, 1, OutcomeKind.DEFERRED, "", 0).getRequirement());
    assertThat(due.getRoutingVersion()).isEqualTo(77);
    assertThat(due.getConnector()).isEqualTo("To Fabrikam");
  }
}
