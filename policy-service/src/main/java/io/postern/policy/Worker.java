package io.postern.policy;

import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.OccasionalLog;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A thread that works as a member of a consumer group until it is closed. Whatever goes wrong with
 * the log ends the member, not the thread: a line in the log now and then, a pause of a second, a
 * new member that goes on from the committed positions.
 */
public final class Worker implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Worker.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration END = Duration.ofSeconds(10);

  /** The work. All of it runs on the worker's thread. */
  public interface Task {
    /** Partitions came to this member, or none did while others have them. */
    void assigned(Collection<TopicPartition> partitions);

    /** One round: poll, do, commit. Within a few seconds. */
    void round(GroupMember member) throws LogUnavailableException;

    /** The member is gone; another may follow. */
    void ended();
  }

  private final String group;
  private final Supplier<GroupMember> members;
  private final Task task;
  private final OccasionalLog trouble = new OccasionalLog(Worker.class);
  private final CountDownLatch ending = new CountDownLatch(1);
  private final Thread thread;
  private volatile @Nullable GroupMember member;

  public Worker(
      LogSettings settings,
      String group,
      Collection<String> topics,
      Map<String, Object> more,
      Task task) {
    this.group = group;
    this.task = task;
    members = () -> new GroupMember(settings, group, topics, more, task::assigned);
    thread = Thread.ofPlatform().name(group).daemon().unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  /** In its group, with partitions or without, and at work. */
  public boolean joined() {
    GroupMember current = member;
    return current != null && current.joined();
  }

  /** False when the thread has ended, by {@link #close} or by an error that nothing survives. */
  public boolean alive() {
    return thread.isAlive();
  }

  /** Ends the thread, and leaves the group. Bounded: 10 s. */
  @Override
  public void close() {
    ending.countDown();
    GroupMember current = member;
    if (current != null) {
      current.wakeup();
    }
    try {
      if (thread.getState() != Thread.State.NEW && !thread.join(END)) {
        LOG.warnf("%s did not end within %s", group, END);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean running() {
    return ending.getCount() > 0;
  }

  private void run() {
    while (running()) {
      try (GroupMember current = members.get()) {
        member = current;
        while (running()) {
          task.round(current);
          trouble.over(group + ": the log is back");
        }
      } catch (WakeupException e) {
        LOG.debugf("%s ends", group);
      } catch (KafkaException | LogUnavailableException e) {
        trouble.warn(group + " cannot go on, and tries again every second", e);
        pause();
      } catch (RuntimeException e) {
        LOG.errorf(e, "%s failed, and begins anew", group);
        pause();
      } finally {
        member = null;
        task.ended();
      }
    }
  }

  private void pause() {
    try {
      boolean ended = ending.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
      LOG.tracef("%s: pause over, ended %s", group, ended);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
