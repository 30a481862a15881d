package io.postern.operator.commands.explain;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.operator.api.WhatIfClient;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A comparison at policy-service, followed to its end. It is cancelled there when this process ends
 * before, so that it keeps no place. Owner: one thread.
 */
final class FollowedComparison {
  /** Takes its progress. */
  interface Progress {
    void at(String step, long done, long all);
  }

  private static final long TICK_MILLIS = 500;
  private static final long WHOLE = 100;

  /** The service ends each within ten minutes. */
  private static final Duration PATIENCE = Duration.ofMinutes(12);

  private final WhatIfClient client;
  private final String id;
  private final Progress progress;

  FollowedComparison(WhatIfClient client, String id, Progress progress) {
    this.client = client;
    this.id = id;
    this.progress = progress;
  }

  /**
   * Waits for the result.
   *
   * @throws IOException there will be none
   */
  JsonNode result() throws IOException, InterruptedException {
    Thread cancel = new Thread(this::cancel, "what-if-cancel");
    Runtime.getRuntime().addShutdownHook(cancel);
    boolean ended = false;
    try {
      JsonNode result = follow();
      ended = true;
      return result;
    } finally {
      boolean endsNow = endsWithProcess(cancel);
      if (!ended && !endsNow) {
        cancel();
      }
    }
  }

  private JsonNode follow() throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end) {
      JsonNode state = state();
      switch (state.path("state").asText()) {
        case "running" -> progress.at("of the records read", state.path("percent").asLong(), WHOLE);
        case "done" -> {
          return state.path("result");
        }
        case "cancelled" -> throw new IOException("the comparison was cancelled");
        default ->
            throw new IOException(
                "the comparison has failed: "
                    + state.path("failure").asText("policy-service gives no reason"));
      }
      TimeUnit.MILLISECONDS.sleep(TICK_MILLIS);
    }
    throw new IOException(client + " has not finished the comparison: use fewer days");
  }

  private JsonNode state() throws IOException, InterruptedException {
    JsonNode state;
    try {
      state = client.state(id);
    } catch (IOException e) {
      throw new IOException(
          e.getMessage() + "; start the comparison again when policy-service responds", e);
    }
    if (state.path("status").asInt() == 404) {
      throw new IOException(
          client + " does not have the comparison: " + state.path("detail").asText());
    }
    return state;
  }

  private void cancel() {
    try {
      client.cancel(id);
    } catch (IOException e) {
      System.err.println("postern: the comparison was not cancelled: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether the process ends already, so that the hook cancels. */
  private static boolean endsWithProcess(Thread hook) {
    try {
      return !Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return true;
    }
  }
}
