package io.postern.lab.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AcceptedStateTest {
  private static final AcceptedState.Rule GONE =
      (before, now) ->
          before.keySet().stream()
              .filter(entry -> !now.containsKey(entry))
              .map(entry -> entry + " is gone: scripts fail")
              .toList();

  @TempDir Path folder;

  private boolean accept;

  private List<String> differences(Map<String, String> now, String... accepted) throws Exception {
    return AcceptedState.differences(
        folder.resolve("options.txt"), now, GONE, AcceptedBreaks.of(List.of(accepted)), accept);
  }

  private void accepted(String text) throws Exception {
    Files.writeString(folder.resolve("options.txt"), text);
  }

  @Test
  void whatIsAsItWasHasNoDifference() throws Exception {
    accepted("--limit: number\n");

    assertThat(differences(Map.of("--limit", "number"))).isEmpty();
  }

  @Test
  void anAdditionIsAcceptedByTheProperty() throws Exception {
    accepted("");

    assertThat(differences(Map.of("--limit", "number")))
        .containsExactly("options.txt is not what the code says: make accept-contracts");
    accept = true;
    assertThat(differences(Map.of("--limit", "number"))).isEmpty();
    assertThat(folder.resolve("options.txt")).hasContent("--limit: number\n");
  }

  @Test
  void aBreakNeedsItsRow() throws Exception {
    accepted("--limit: number\n");
    accept = true;

    assertThat(differences(Map.of()))
        .first()
        .asString()
        .startsWith("breaking: --limit is gone: scripts fail")
        .contains("| --limit is gone: scripts fail | who is affected | reason |");
    assertThat(differences(Map.of(), "| --limit is gone: scripts fail | scripts | |"))
        .as("without a reason")
        .isNotEmpty();
    assertThat(folder.resolve("options.txt")).hasContent("--limit: number\n");
    assertThat(
            differences(
                Map.of(), "| --limit is gone: scripts fail | scripts of administrators | unused |"))
        .isEmpty();
    assertThat(folder.resolve("options.txt")).isEmptyFile();
  }
}
