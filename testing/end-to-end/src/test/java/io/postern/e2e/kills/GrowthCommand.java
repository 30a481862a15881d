package io.postern.e2e.kills;

import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.topics.LogGrowth;
import io.postern.operator.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** {@code postern set-up log --partitions}, from 4 to 8. Owner: one thread. */
final class GrowthCommand {
  static final int FROM = 4;
  static final int TO = 8;

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** In place of the process' end. */
  private static final class Death extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private final LogSettings log;

  GrowthCommand(LogSettings log) {
    this.log = log;
  }

  /** When all topics but those of ingress have their new partitions. */
  void dies() throws IOException {
    try {
      LogGrowth.grow(
          log,
          TO,
          line -> {
            System.out.println("kills: " + line);
            if (line.startsWith("mail.deliveries")) {
              throw new Death();
            }
          },
          PATIENCE);
      throw new IOException("the command came to its end");
    } catch (Death expected) {
      System.out.println("kills: the command dies");
    } catch (LogUnavailableException e) {
      throw new IOException(e);
    }
  }

  /** As an operator types it. */
  void run() throws IOException {
    Path context = Files.createTempFile("growth", ".properties");
    try {
      Files.writeString(
          context,
          "kafka.bootstrap.servers="
              + log.client().get("bootstrap.servers")
              + System.lineSeparator());
      int code =
          Main.line()
              .execute(
                  "set-up",
                  "log",
                  "--partitions",
                  Integer.toString(TO),
                  "--context",
                  context.toString());
      if (code != 0) {
        throw new IOException("postern set-up log --partitions ended with " + code);
      }
    } finally {
      Files.delete(context);
    }
  }
}
