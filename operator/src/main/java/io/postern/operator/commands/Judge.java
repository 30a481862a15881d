package io.postern.operator.commands;

import io.postern.operator.judging.BulkJudge;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** What was collected, judged without the network. */
@Command(
    name = "judge",
    description = {
      "Judges certificate chains with their revocation lists and OCSP responses, a JSON line each (docs/judging.md).",
      "Writes a JSON line for each: id, result (good, bad, unknown), reason, path. Fetches nothing.",
      "Exit code 0 when every line could be read, else 1."
    },
    mixinStandardHelpOptions = true)
public final class Judge implements Callable<Integer> {
  private static final int BUFFER = 1 << 16;

  @Parameters(paramLabel = "FILE.jsonl", description = "the chains")
  private Path file = Path.of("");

  @Override
  public Integer call() throws Exception {
    try (BufferedReader from = Files.newBufferedReader(file);
        PrintStream to =
            new PrintStream(
                new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER),
                false,
                StandardCharsets.UTF_8)) {
      BulkJudge.Counts counts = BulkJudge.judge(from, to);
      System.err.printf(
          "postern: %d chains judged, %d lines could not be read%n",
          counts.lines(), counts.unreadable());
      return counts.unreadable() == 0 ? 0 : 1;
    }
  }
}
