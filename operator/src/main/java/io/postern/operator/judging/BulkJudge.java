package io.postern.operator.judging;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Judges the chains of a file, a line each, on all processors; the answers come in the file's
 * order. Bound: {@value #AHEAD} lines are in work at one time, each of at most {@value #LONGEST}
 * characters.
 */
public final class BulkJudge {
  private static final int AHEAD = 256;
  private static final int LONGEST = 32 << 20;

  private BulkJudge() {}

  /** Lines, and those that could not be read. */
  public record Counts(long lines, long unreadable) {}

  public static Counts judge(BufferedReader from, PrintStream to)
      throws IOException, InterruptedException {
    Instant now = Instant.now();
    int processors = Runtime.getRuntime().availableProcessors();
    long lines = 0;
    long unreadable = 0;
    try (ExecutorService judges = Executors.newFixedThreadPool(processors)) {
      Deque<Future<String>> running = new ArrayDeque<>();
      for (String line = from.readLine(); line != null; line = from.readLine()) {
        if (line.isBlank()) {
          continue;
        }
        if (line.length() > LONGEST) {
          throw new IOException("line " + (lines + 1) + " has more than 32 million characters");
        }
        String text = line;
        running.add(judges.submit(() -> CollectedLine.judge(text, now)));
        lines++;
        if (running.size() == AHEAD) {
          unreadable += tell(running.remove(), to);
        }
      }
      for (Future<String> last : running) {
        unreadable += tell(last, to);
      }
    }
    to.flush();
    return new Counts(lines, unreadable);
  }

  private static int tell(Future<String> answer, PrintStream to) throws InterruptedException {
    try {
      String line = answer.get();
      to.println(line);
      return line.contains("\"result\":\"error\"") ? 1 : 0;
    } catch (ExecutionException e) {
      to.println(CollectedLine.failed());
      return 1;
    }
  }
}
