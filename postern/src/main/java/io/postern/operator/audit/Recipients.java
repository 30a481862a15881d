package io.postern.operator.audit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The recipients of one partition, by number: about 50 bytes each. The fold's thread; read by any
 * once the fold has ended.
 */
final class Recipients {
  static final int DELIVERED = 1;
  static final int DELIVERED_LATE = 1 << 1;
  static final int DELIVERED_AFTER_STILL_OPEN = 1 << 2;
  static final int FAILED = 1 << 3;
  static final int EXPIRED = 1 << 4;
  static final int CANCELLED = 1 << 5;

  /** By the scheduler's own word. */
  static final int ENDED_BY_SCHEDULER = EXPIRED | CANCELLED;

  /** The notice writer writes no DSN about it. */
  static final int NOT_NOTIFIED = 1 << 6;

  /** Delivered after failed or cancelled. */
  static final int DELIVERED_AFTER_END = 1 << 7;

  static final int DELIVERED_MORE = 1 << 8;
  static final int MAY_HAVE_BEEN_TAKEN = 1 << 9;
  static final int STILL_OPEN = 1 << 10;

  /** Asks for a notice when it fails, is cancelled too. */
  static final int WANTS_NOTICE = 1 << 11;

  /** The first doubt came before the first delivered. */
  static final int PERHAPS_TWICE = 1 << 12;

  /** All facts of the topics; the bits above are the looks'. */
  static final int FACTS = (1 << 13) - 1;

  /** To be looked for again. */
  static final int SUSPECT = 1 << 13;

  /** From this bit on: with which look it was settled. */
  static final int LOOK_SHIFT = 20;

  private int size;
  int[] flags = new int[64];
  short[] organization = new short[64];

  /** Head of its {@link Items}; 0 none. */
  int[] items = new int[64];

  /** Its number in {@link Retries}; 0 none. */
  int[] retry = new int[64];

  /** Number of the notice of its failure or cancellation in {@link Notices}, and 1; 0 none. */
  int[] notice = new int[64];

  int[] deliveredAttempt = new int[64];

  /** Of the outcome's id. */
  int[] deliveredHash = new int[64];

  int[] deliveryAttempt = new int[64];
  int[] deliveryRequirement = new int[64];

  /** Of the last delivery asked for; -1 none. */
  long[] deliveryOffset = new long[64];

  /** Of the last outcome that counts; -1 none. */
  long[] outcomeOffset = new long[64];

  /** The highest attempt of those; -1 none. */
  int[] outcomeAttempt = new int[64];

  private final Map<Integer, List<DeliveredOutcome>> more = new HashMap<>();

  int add(int flag) {
    int recipient = size++;
    flags = Columns.grown(flags, recipient);
    organization = Columns.grown(organization, recipient);
    items = Columns.grown(items, recipient);
    retry = Columns.grown(retry, recipient);
    notice = Columns.grown(notice, recipient);
    deliveredAttempt = Columns.grown(deliveredAttempt, recipient);
    deliveredHash = Columns.grown(deliveredHash, recipient);
    deliveryAttempt = Columns.grown(deliveryAttempt, recipient);
    deliveryRequirement = Columns.grown(deliveryRequirement, recipient);
    deliveryOffset = Columns.grown(deliveryOffset, recipient);
    outcomeOffset = Columns.grown(outcomeOffset, recipient);
    outcomeAttempt = Columns.grown(outcomeAttempt, recipient);
    flags[recipient] = flag;
    deliveryOffset[recipient] = -1;
    outcomeOffset[recipient] = -1;
    outcomeAttempt[recipient] = -1;
    return recipient;
  }

  int size() {
    return size;
  }

  boolean is(int recipient, int flag) {
    return (flags[recipient] & flag) != 0;
  }

  void set(int recipient, int flag) {
    flags[recipient] |= flag;
  }

  void clear(int recipient, int flag) {
    flags[recipient] &= ~flag;
  }

  void delivered(int recipient, DeliveredOutcome outcome, int hash) {
    if (is(recipient, DELIVERED)) {
      set(recipient, DELIVERED_MORE);
      more.computeIfAbsent(recipient, r -> new ArrayList<>()).add(outcome);
      return;
    }
    set(
        recipient,
        DELIVERED
            | (outcome.late() ? DELIVERED_LATE : 0)
            | (outcome.afterStillOpen() ? DELIVERED_AFTER_STILL_OPEN : 0));
    deliveredAttempt[recipient] = outcome.attempt();
    deliveredHash[recipient] = hash;
  }

  /** In the order of the log. */
  List<DeliveredOutcome> delivered(int recipient) {
    if (!is(recipient, DELIVERED)) {
      return List.of();
    }
    List<DeliveredOutcome> all = new ArrayList<>();
    all.add(
        new DeliveredOutcome(
            deliveredAttempt[recipient],
            is(recipient, DELIVERED_LATE),
            is(recipient, DELIVERED_AFTER_STILL_OPEN)));
    all.addAll(more.getOrDefault(recipient, List.of()));
    return all;
  }
}
