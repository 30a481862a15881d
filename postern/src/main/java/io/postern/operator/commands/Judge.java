package io.postern.operator.commands;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.operator.judging.BulkJudge;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Command that judges collected chains, without the network. */
@Command(
    name = "judge",
    description = {
      "Judges certificate chains with their revocation lists and OCSP responses, a JSON line each (docs/judging.md).",
      "Writes a line for each: id, result (good, bad, unknown), reason, path; JSON unless text is asked for. Fetches nothing.",
      "Exit code 0 when every line could be read, else 1."
    },
    mixinStandardHelpOptions = true)
public final class Judge implements Callable<Integer> {
  @Mixin private OutputOption output = new OutputOption(OutputOption.Format.JSON);

  @Parameters(paramLabel = "FILE.jsonl", description = "the chains")
  private Path file = Path.of("");

  @Override
  public Integer call() throws Exception {
    try (BufferedReader from = Files.newBufferedReader(file)) {
      BulkJudge.Counts counts =
          BulkJudge.judge(from, answer -> output.printOne(answer, () -> line(answer)));
      System.err.printf(
          "postern: %d chains judged, %d lines could not be read%n",
          counts.lines(), counts.unreadable());
      return counts.unreadable() == 0 ? 0 : 1;
    }
  }

  private static String line(JsonNode answer) {
    String reason = answer.path("reason").asText();
    return "%-8s %s%s"
        .formatted(
            answer.path("result").asText(),
            answer.path("id").asText(),
            reason.isEmpty() ? "" : ": " + reason + ", " + answer.path("detail").asText());
  }
}
