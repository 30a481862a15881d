package io.postern.log.rules.model;

import io.postern.contracts.v1.OutcomeKind;
import io.postern.log.rules.Handover;
import io.postern.log.rules.RecipientState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One SMTP session of a delivery: check, final dot and reply are steps apart. */
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
    return all;
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
