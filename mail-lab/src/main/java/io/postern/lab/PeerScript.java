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
 * What a {@link ScriptedPeer} does other than usual: standing steps by stage, steps to be used once
 * each, and replies by recipient. Thread-safe; a change counts from the next command on.
 */
final class PeerScript {
  private final Map<PeerStage, PeerStep> standing = new EnumMap<>(PeerStage.class);
  private final Map<PeerStage, Deque<PeerStep>> once = new EnumMap<>(PeerStage.class);
  private final Map<String, Reply> recipients = new HashMap<>();

  synchronized void on(PeerStage stage, PeerStep step) {
    standing.put(stage, step);
  }

  synchronized void next(PeerStage stage, List<PeerStep> steps) {
    once.computeIfAbsent(stage, any -> new ArrayDeque<>()).addAll(steps);
  }

  synchronized void recipient(String address, Reply reply) {
    recipients.put(address.toLowerCase(Locale.ROOT), reply);
  }

  synchronized void asUsual() {
    standing.clear();
    once.clear();
    recipients.clear();
  }

  /** The step now; null: as usual. Uses up a step that counts once. */
  synchronized @Nullable PeerStep take(PeerStage stage) {
    Deque<PeerStep> steps = once.get(stage);
    PeerStep next = steps == null ? null : steps.poll();
    return next == null ? standing.get(stage) : next;
  }

  synchronized @Nullable Reply recipient(String address) {
    return recipients.get(address.toLowerCase(Locale.ROOT));
  }
}
