package io.postern.stack.example;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.contracts.ContractLevel;
import io.postern.operator.api.ContractLevelClient;
import io.postern.operator.api.DirectoryClient;
import io.postern.operator.connection.Variables;
import io.postern.programs.Brokers;
import io.postern.programs.KafkaBroker;
import io.postern.stack.LocalStack;
import io.postern.stack.Processes;
import io.postern.stack.Progress;
import io.postern.stack.RunningStack;
import io.postern.stack.Service;
import io.postern.stack.StackOptions;
import io.postern.stack.StateFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The whole example on this machine: the world around (certificates, mail servers, DNS), the stack,
 * and the directory applied where the state is new.
 */
public final class RunningExample implements AutoCloseable {
  private static final Duration READY_LIMIT = Duration.ofSeconds(120);

  private static final Duration LEVEL_PAUSE = Duration.ofMillis(200);
  private static final Duration BROKER_LOOK = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final ExampleWorld world;
  private final LocalStack stack;
  private boolean closing;

  private RunningExample(ExampleWorld world, LocalStack stack) {
    this.world = world;
    this.stack = stack;
  }

  /**
   * Starts everything but the console and returns when mail can be sent; see {@link #startConsole}.
   *
   * @param home the project's root
   * @param smtpPort ingress' port, 0 for a free one
   * @param directory the directory file, applied if the state has no organization yet
   * @param anchors further trust anchors (PEM), or null
   * @param processes with or without a console
   */
  public static RunningExample start(
      Path home,
      StateFolder state,
      int smtpPort,
      DirectoryFile directory,
      @Nullable Path anchors,
      Processes processes,
      Progress progress)
      throws Exception {
    refuseSecond(state);
    // Brokers take longest and begin first: the others start beside them.
    Brokers brokers = LocalStack.beginBrokers(state, processes);
    ExampleWorld world = startWorld(state, brokers);
    try {
      progress.done(
          "development CA, its revocation list, DNS and the example mail servers are " + "running");
      LocalStack stack =
          LocalStack.start(
              options(home, state, smtpPort, world, anchors, processes), brokers, progress::say);
      stack.remember(world.variables());
      RunningExample example = new RunningExample(world, stack);
      try {
        progress.done("broker and services started (" + stack.brokers().bootstrap() + ")");
        // The directory needs this one. Ingress is ready without it, and accepts no mail.
        stack.awaitReady(Service.POLICY, READY_LIMIT);
        OptionalLong version =
            example.applyIfNew(new DirectoryClient(stack.api(Service.POLICY)), directory);
        stack.awaitReady(READY_LIMIT);
        progress.done("all services are ready");
        if (version.isPresent()) {
          raiseLevel(new ContractLevelClient(stack.api(Service.POLICY)));
          stack.awaitDirectory(version.getAsLong(), READY_LIMIT);
        }
        progress.done("the directory is in force");
        for (KafkaBroker broker : stack.brokers().all()) {
          Thread.ofVirtual().name("watch-broker").start(() -> example.watch(broker, progress));
        }
        return example;
      } catch (Exception e) {
        stack.close();
        throw e;
      }
    } catch (Exception e) {
      world.close();
      throw e;
    }
  }

  /** Starts the console, which shows mail and relays none; returns before it is ready. */
  public void startConsole() throws IOException {
    stack.startConsole(world.variables());
  }

  private static ExampleWorld startWorld(StateFolder state, Brokers brokers) throws IOException {
    try {
      return ExampleWorld.start(state);
    } catch (IOException | RuntimeException e) {
      brokers.close();
      throw e;
    }
  }

  private static void refuseSecond(StateFolder state) {
    RunningStack.in(state)
        .ifPresent(
            running -> {
              throw new IllegalStateException(
                  "already running with this state folder (pid "
                      + running.process().pid()
                      + "); `./run stop` ends it, --state FOLDER starts another one");
            });
  }

  private static StackOptions options(
      Path home,
      StateFolder state,
      int smtpPort,
      ExampleWorld world,
      @Nullable Path anchors,
      Processes processes) {
    List<Path> trusted = new ArrayList<>();
    trusted.add(world.anchors());
    if (anchors != null) {
      trusted.add(anchors.toAbsolutePath());
    }
    return new StackOptions(
        home,
        state,
        smtpPort,
        world.serverCertificate(),
        world.serverKey(),
        trusted,
        world.clientCertificates(),
        world.dnsServer(),
        world.mxPort(),
        true,
        processes);
  }

  /** The version that it has become, or nothing where there was a directory. */
  private OptionalLong applyIfNew(DirectoryClient client, DirectoryFile file)
      throws IOException, InterruptedException {
    if (!client.isEmpty()) {
      return OptionalLong.empty();
    }
    DirectoryClient.Answer answer =
        client.apply(Variables.fill(file.yaml(), world.variables()), false);
    if (!answer.accepted()) {
      throw new IllegalArgumentException(
          file.name() + " was not applied:\n  " + String.join("\n  ", answer.problems()));
    }
    return OptionalLong.of(answer.version());
  }

  /** A new state has no older version to go back to, so it begins at the highest level. */
  private static void raiseLevel(ContractLevelClient client)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + READY_LIMIT.toNanos();
    for (int level = ContractLevel.FIRST + 1; level <= ContractLevel.READS; level++) {
      JsonNode answer = client.raise(level);
      while (answer.has("errors")) { // what the services read comes a moment after they are ready
        if (System.nanoTime() - end > 0) {
          throw new IllegalStateException("the contract level is not raised: " + answer);
        }
        TimeUnit.NANOSECONDS.sleep(LEVEL_PAUSE.toNanos());
        answer = client.raise(level);
      }
    }
  }

  /** A broker that dies is started again with the same ports and data, after 1, 2, 4 ... 30 s. */
  private void watch(KafkaBroker broker, Progress progress) {
    Duration pause = BROKER_LOOK;
    try {
      while (true) {
        TimeUnit.NANOSECONDS.sleep(pause.toNanos());
        synchronized (this) {
          if (closing) {
            return;
          }
          if (broker.isAlive()) {
            pause = BROKER_LOOK;
            continue;
          }
          progress.say("a broker has stopped; starting it again (" + broker.log() + ")");
          pause = restart(broker, pause, progress);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Duration restart(KafkaBroker broker, Duration pause, Progress progress) {
    try {
      broker.restart();
      return BROKER_LOOK;
    } catch (IllegalStateException e) {
      progress.say("the broker does not start: " + e.getMessage());
      Duration longer = pause.multipliedBy(2);
      return longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
    }
  }

  public ExampleWorld world() {
    return world;
  }

  public LocalStack stack() {
    return stack;
  }

  @Override
  public synchronized void close() throws Exception {
    closing = true;
    try (world) {
      stack.close();
    }
  }
}
