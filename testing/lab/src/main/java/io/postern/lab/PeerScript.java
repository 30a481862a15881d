package io.postern.lab;

import io.postern.smtp.Reply;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The script of a {@link ScriptedPeer}: steps that count once, then standing steps by stage, then a
 * manner; and replies by recipient. Thread-safe; a change counts from the next stage on.
 */
final class PeerScript {
  private final Map<PeerStage, PeerStep> standing = new EnumMap<>(PeerStage.class);
  private final Map<PeerStage, Deque<PeerStep>> once = new EnumMap<>(PeerStage.class);
  private final Map<String, Reply> recipients = new HashMap<>();
  private PeerManner manner = PeerManner.GOOD;

  synchronized void on(PeerStage stage, PeerStep step) {
    standing.put(stage, step);
  }

  synchronized void next(PeerStage stage, List<PeerStep> steps) {
    once.computeIfAbsent(stage, any -> new ArrayDeque<>()).addAll(steps);
  }

  synchronized void recipient(String address, Reply reply) {
    recipients.put(address.toLowerCase(Locale.ROOT), reply);
  }

  synchronized void manner(PeerManner manner) {
    this.manner = manner;
  }

  synchronized void asUsual() {
    standing.clear();
    once.clear();
    recipients.clear();
    manner = PeerManner.GOOD;
  }

  /** The step now; uses up a step that counts once. */
  PeerStep take(PeerStage stage) {
    PeerManner otherwise;
    synchronized (this) {
      Deque<PeerStep> steps = once.get(stage);
      PeerStep next = steps == null ? null : steps.poll();
      PeerStep step = next == null ? standing.get(stage) : next;
      if (step != null) {
        return step;
      }
      otherwise = manner;
    }
    return otherwise.at(stage); // outside the lock: a manner may wait
  }

  synchronized @Nullable Reply recipient(String address) {
    return recipients.get(address.toLowerCase(Locale.ROOT));
  }
}
