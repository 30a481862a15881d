package io.postern.log.topics;

import io.postern.log.LogSpace;
import io.postern.log.OccasionalLog;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntConsumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Asks for the home partitions that every mail topic has, for ingress, which goes on while the log
 * grows. An answer is 10 s old at most while the log answers; without one the former stands. Owner:
 * the asking thread.
 */
public final class HomePartitionsQuestion implements LogSpace.Question {
  private static final Duration PERIOD = Duration.ofSeconds(8);
  private static final int ANSWER_MILLIS = 2_000;

  private final IntConsumer usable;
  private final OccasionalLog trouble = new OccasionalLog(HomePartitionsQuestion.class);
  private final Duration period;
  private long asked;

  /**
   * @param usable takes each answer
   */
  public HomePartitionsQuestion(IntConsumer usable) {
    this(PERIOD, usable);
  }

  HomePartitionsQuestion(Duration period, IntConsumer usable) {
    this.period = period;
    this.usable = usable;
    asked = System.nanoTime() - period.toNanos();
  }

  @Override
  public void ask(Admin admin) throws InterruptedException {
    if (System.nanoTime() - asked < period.toNanos()) {
      return;
    }
    asked = System.nanoTime();
    try {
      usable.accept(
          HomePartitions.of(
                  admin
                      .describeTopics(
                          HomePartitions.TOPICS,
                          new DescribeTopicsOptions().timeoutMs(ANSWER_MILLIS))
                      .allTopicNames()
                      .get(ANSWER_MILLIS + 1_000L, TimeUnit.MILLISECONDS))
              .usable());
      trouble.over("the number of partitions of the mail topics is known again");
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) { // not made yet
        trouble.warn("the number of partitions of the mail topics is unknown", e);
      }
    } catch (TimeoutException | KafkaException e) {
      trouble.warn("the number of partitions of the mail topics is unknown", e);
    }
  }
}
