package io.postern.operator.commands.partner;

import io.postern.operator.api.PartnersClient;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A watch that ends with the command, at Ctrl-C too, since an organization has five at a time. Its
 * creator's thread, and one that ends it with the program.
 */
final class RunningWatch implements AutoCloseable {
  private final PartnersClient client;
  private final String id;
  private final AtomicBoolean ended = new AtomicBoolean();
  private final Thread atExit = new Thread(this::end, "end-watch");

  RunningWatch(PartnersClient client, String id) {
    this.client = client;
    this.id = id;
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  private void end() {
    if (ended.getAndSet(true)) {
      return;
    }
    try {
      client.endWatch(id);
    } catch (IOException e) {
      // The service is away: the watch ends by its own time.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // The program is ending, and the hook has run or finds it ended.
    }
  }
}
