package io.postern.log.rules.model;

import io.postern.contracts.v1.OutcomeKind;
import io.postern.log.rules.Handover;
import io.postern.log.rules.RecipientState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One delivery's sessions, one after the other: check, final dot and reply are steps apart. A
 * recipient that a host has put off (4xx) is open for the next host, with a dot of its own.
 */
final class Session {
  enum Stage {
    BEGUN,
    ENVELOPE,
    CHECKED,
    DOTTED,
    ENDED
  }

  final int id;
  final Holding holding;
  final int decision; // offset in mail.deliveries
  final Records.Decision of;
  final List<Integer> recipients;
  final long begunReal;
  final long readAt; // the lease's clock
  Stage stage = Stage.BEGUN;
  boolean written; // its last outcome was handed to the ledger
  final Map<Integer, OutcomeKind> states = new LinkedHashMap<>(); // at RCPT, then by the reply
  final Set<Integer> putOff = new LinkedHashSet<>(); // by this host
  final Set<Integer> unanswered = new LinkedHashSet<>(); // taken, and the reply never came
  List<Integer> dotted = List.of(); // recipients of this host's dot
  int hosts = 1; // begun
  boolean everPastCheck;
  @Nullable Handover<Payload> handover;
  long handedOverAt;
  long dotReal = -1;
  double validUntil; // real time: how long after the check the dot may be sent
  final Map<Integer, Integer> deliveredAt = new LinkedHashMap<>(); // offset of the counted outcome
  final Map<Integer, Long> deliveredReal = new LinkedHashMap<>();

  Session(
      int id,
      Holding holding,
      int decision,
      Records.Decision of,
      List<Integer> recipients,
      long begunReal,
      long readAt) {
    this.id = id;
    this.holding = holding;
    this.decision = decision;
    this.of = of;
    this.recipients = recipients;
    this.begunReal = begunReal;
    this.readAt = readAt;
  }

  /** Recipients that the dot is for. */
  List<Integer> dotFor() {
    List<Integer> all = new ArrayList<>(recipients);
    all.removeAll(states.keySet());
    all.removeAll(putOff);
    return all;
  }

  /** Recipients that this dot or one at a next host may yet be for. */
  List<Integer> mayDot(int mostHosts) {
    boolean nextHost = hosts < mostHosts && handover == null && !holding.lost && !holding.revoking;
    List<Integer> all = stage == Stage.DOTTED ? new ArrayList<>() : dotFor();
    if (nextHost) {
      all.addAll(putOff);
    }
    return all;
  }

  /** Goes on to the next host. */
  void nextHost() {
    hosts++;
    stage = Stage.BEGUN;
    putOff.clear();
    dotted = List.of();
    dotReal = -1;
    validUntil = 0;
  }

  List<RecipientState> outcome(OutcomeKind forTheRest) {
    return recipients.stream()
        .map(r -> new RecipientState(r, states.getOrDefault(r, forTheRest)))
        .toList();
  }

  boolean pastCheck() {
    return stage == Stage.CHECKED || stage == Stage.DOTTED;
  }

  String queueId() {
    return of.queueId();
  }

  @Override
  public String toString() {
    return "session " + id + " " + of.queueId() + "/" + of.attempt() + recipients + " " + stage;
  }
}
