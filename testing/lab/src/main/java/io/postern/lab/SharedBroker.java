package io.postern.lab;

import io.postern.programs.KafkaBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.jspecify.annotations.Nullable;

/**
 * One small broker for all tests of a JVM that need no settings of their own: to start one costs
 * some seconds of CPU, to empty one almost nothing. A test that configures its broker starts its
 * own.
 *
 * <p>One user at a time, who has closed all clients when the next one comes. The user may pause and
 * kill the broker; a broker that is left paused or dead runs again for the next user. The broker
 * and its folder end with the JVM. Failure: an exception after 60 s, such as for a group that still
 * has members.
 */
public final class SharedBroker {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static @Nullable KafkaBroker broker;

  private SharedBroker() {}

  /** Without topics and groups of earlier users. */
  public static synchronized KafkaBroker empty() {
    KafkaBroker started = broker;
    if (started == null) {
      started = start();
      broker = started;
    } else {
      revive(started);
      clear(started);
    }
    return started;
  }

  private static KafkaBroker start() {
    try {
      Path folder = Files.createTempDirectory("shared-broker");
      KafkaBroker started = KafkaBroker.start(folder, _ -> {});
      Runtime.getRuntime().addShutdownHook(new Thread(() -> end(started, folder)));
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void end(KafkaBroker started, Path folder) {
    started.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      System.err.println("the shared broker's folder stays: " + e);
    }
  }

  /** After a test that failed half-way. */
  private static void revive(KafkaBroker started) {
    if (started.isAlive()) {
      started.resume();
    } else {
      started.restart();
    }
  }

  private static void clear(KafkaBroker started) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", started.bootstrap()))) {
      // Groups first: a topic's end would take its positions later, and perhaps newer ones.
      until(
          "groups have no members",
          () -> {
            List<String> groups =
                answer(admin.listGroups().all()).stream().map(GroupListing::groupId).toList();
            boolean all = true;
            for (KafkaFuture<Void> deleted :
                admin.deleteConsumerGroups(groups).deletedGroups().values()) {
              all &= gone(deleted);
            }
            return all;
          });
      answer(admin.deleteTopics(answer(admin.listTopics().names())).all());
      until("topics are gone", () -> answer(admin.listTopics().names()).isEmpty());
    } catch (ExecutionException | TimeoutException failed) {
      throw new IllegalStateException("the shared broker cannot be emptied", failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the shared broker was emptied");
    }
  }

  private interface Condition {
    boolean holds() throws ExecutionException, TimeoutException, InterruptedException;
  }

  private static void until(String what, Condition condition)
      throws ExecutionException, TimeoutException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > end) {
        throw new TimeoutException(what + ": not after " + PATIENCE.toSeconds() + " s");
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private static <T> T answer(KafkaFuture<T> future)
      throws ExecutionException, TimeoutException, InterruptedException {
    return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private static boolean gone(KafkaFuture<Void> deleted)
      throws ExecutionException, TimeoutException, InterruptedException {
    try {
      answer(deleted);
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof GroupNotEmptyException) {
        return false;
      }
      if (e.getCause() instanceof GroupIdNotFoundException) {
        return true; // one without positions ends with its last member
      }
      throw e;
    }
  }
}
