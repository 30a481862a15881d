package io.postern.console.web.peers;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * A question to another service that is on its way while a page asks the next one. It ends within
 * the time of {@link Peer}. Any thread.
 */
public final class Asked {
  private static final Executor THREADS = Thread.ofVirtual().name("page-call")::start;

  private final CompletableFuture<Answer> answer;

  private Asked(CompletableFuture<Answer> answer) {
    this.answer = answer;
  }

  private record Answer(Optional<JsonNode> body, List<String> notes) {}

  /**
   * @param path below /api/v1, encoded
   */
  public static Asked of(Peer peer, String path) {
    return new Asked(
        CompletableFuture.supplyAsync(
            () -> {
              List<String> notes = new ArrayList<>();
              return new Answer(PeerJson.get(peer, path, notes), notes);
            },
            THREADS));
  }

  /**
   * Waits for the answer.
   *
   * @param notes get the sentence of a failure, once
   * @return empty: it failed
   */
  public Optional<JsonNode> get(List<String> notes) {
    Answer there = answer.join();
    there.notes().stream().filter(note -> !notes.contains(note)).forEach(notes::add);
    return there.body();
  }
}
