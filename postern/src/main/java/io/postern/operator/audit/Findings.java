package io.postern.operator.audit;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Findings of one partition's fold, bounded. The fold's thread. */
final class Findings {
  private static final int MAX_UNREADABLE = 100;

  private final int maxAlarms;
  private final Map<AlarmKind, Long> counts = new EnumMap<>(AlarmKind.class);
  private final List<Alarm> alarms = new ArrayList<>();
  private final List<UnreadableRecord> unreadable = new ArrayList<>();
  private long unreadableCount;

  Findings(int maxAlarms) {
    this.maxAlarms = maxAlarms;
  }

  void raise(AlarmKind kind, String queueId, int recipient, String lookedAt) {
    counts.merge(kind, 1L, Long::sum);
    if (alarms.size() < maxAlarms) {
      alarms.add(new Alarm(kind, queueId, recipient, lookedAt));
    }
  }

  void unreadable(Topic topic, int partition, long offset, String why) {
    unreadableCount++;
    if (unreadable.size() < MAX_UNREADABLE) {
      unreadable.add(new UnreadableRecord(topic.topicName(), partition, offset, why));
    }
  }

  Map<AlarmKind, Long> counts() {
    return counts;
  }

  List<Alarm> alarms() {
    return alarms;
  }

  long unreadableCount() {
    return unreadableCount;
  }

  List<UnreadableRecord> unreadable() {
    return unreadable;
  }
}
