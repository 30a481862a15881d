package io.postern.operator.judging;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Judge of the chains of a file, a line each, on all processors; the answers come in the file's
 * order, one for each line that is not blank. Bound: {@value #AHEAD} lines are in work at one time;
 * one of more than {@value #LONGEST} characters is not judged.
 */
public final class BulkJudge {
  private static final int AHEAD = 256;
  private static final int LONGEST = 32 << 20;

  private record LineInWork(String text, Future<JsonNode> answer) {}

  private BulkJudge() {}

  /** Lines, and those that could not be read. */
  public record Counts(long lines, long unreadable) {}

  /** Gives the answers to the calling thread, each as {@code docs/judging.md} has it. */
  public static Counts judge(BufferedReader from, Consumer<JsonNode> to)
      throws IOException, InterruptedException {
    Instant now = Instant.now();
    int processors = Runtime.getRuntime().availableProcessors();
    long lines = 0;
    long unreadable = 0;
    try (ExecutorService judges = Executors.newFixedThreadPool(processors)) {
      Deque<LineInWork> running = new ArrayDeque<>();
      for (String line = from.readLine(); line != null; line = from.readLine()) {
        if (line.isBlank()) {
          continue;
        }
        String text = line;
        running.add(new LineInWork(text, judges.submit(() -> answer(text, now))));
        lines++;
        if (running.size() == AHEAD) {
          unreadable += answer(running.remove(), to);
        }
      }
      for (LineInWork last : running) {
        unreadable += answer(last, to);
      }
    }
    return new Counts(lines, unreadable);
  }

  private static JsonNode answer(String line, Instant now) throws InterruptedException {
    return line.length() > LONGEST
        ? CollectedLine.failed(line, "it has more than 32 million characters")
        : CollectedLine.judge(line, now);
  }

  private static int answer(LineInWork line, Consumer<JsonNode> to) throws InterruptedException {
    JsonNode answer;
    try {
      answer = line.answer().get();
    } catch (ExecutionException e) {
      answer = CollectedLine.failed(line.text(), "it could not be judged: " + e.getCause());
    }
    to.accept(answer);
    return CollectedLine.isUnreadable(answer) ? 1 : 0;
  }
}
