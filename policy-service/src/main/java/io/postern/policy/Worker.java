package io.postern.policy;

import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.OccasionalLog;
import io.postern.log.reading.ConsumerThread;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A thread that works as a member of a consumer group until it is closed. A failure of the log ends
 * the member, not the thread: a new member goes on from the committed positions ({@link
 * ConsumerThread}).
 */
public final class Worker implements AutoCloseable {
  private static final Duration SILENT = Duration.ofSeconds(10);

  /** The work of a member. All of it runs on the worker's thread. */
  public interface Task {
    /** The group has assigned partitions to this member, or none while others have them. */
    void assigned(Collection<TopicPartition> partitions);

    /** One round: poll, do, commit. Within a few seconds. */
    void round(GroupMember member) throws LogUnavailableException;

    /** The member is gone; another may follow. */
    void ended();
  }

  private final OccasionalLog trouble = new OccasionalLog(Worker.class);
  private final ConsumerThread thread;
  private volatile @Nullable GroupMember member;

  public Worker(
      LogSettings settings,
      String group,
      Collection<String> topics,
      Map<String, Object> more,
      Task task) {
    thread =
        new ConsumerThread(
            group,
            () -> new KafkaConsumer<>(GroupMember.properties(settings, group, more)),
            group + " cannot go on",
            trouble,
            consumer -> {
              GroupMember joining =
                  new GroupMember(settings, group, consumer, topics, task::assigned);
              member = joining;
              return new Membership(joining, task, group + ": Kafka is available again");
            });
  }

  public void start() {
    thread.start();
  }

  /** In its group, with partitions or without, and a round has ended within the last 10 s. */
  public boolean joined() {
    GroupMember current = member;
    return current != null && current.joined() && thread.sinceTurn().compareTo(SILENT) < 0;
  }

  /** Ends the thread, and leaves the group. Bounded: 10 s. */
  @Override
  public void close() {
    thread.close();
  }

  private final class Membership implements ConsumerThread.Session {
    private final GroupMember current;
    private final Task task;
    private final String over;

    Membership(GroupMember current, Task task, String over) {
      this.current = current;
      this.task = task;
      this.over = over;
    }

    @Override
    public void turn() throws LogUnavailableException {
      task.round(current);
      trouble.over(over);
    }

    @Override
    public void close() {
      member = null;
      current.close();
      task.ended();
    }
  }
}
