package io.postern.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** deploy/docker/certificates, with a Java and a sleep that write down how they are called. */
class CertificatesScriptTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  @TempDir private Path folder;

  @Test
  void aRunThatFailsIsDoneAgainSoonAndOneThatSucceedsTheNextDay() throws Exception {
    program(
        "java",
        """
        echo "$@" >>"$HERE/runs"
        [ "$(wc -l <"$HERE/runs")" -ge 2 ]
        """);
    program(
        "sleep",
        """
        echo "$1, done: $(ls "$HERE" | grep -c '^made$')" >>"$HERE/pauses"
        [ "$1" = 10m ] || exec tail -f /dev/null
        """);
    Process script = start();
    List<ProcessHandle> children = new ArrayList<>();
    try {
      await().atMost(PATIENCE).until(() -> lines("pauses").size() == 2);
      assertThat(lines("pauses")).containsExactly("10m, done: 0", "24h, done: 1");
      assertThat(lines("runs"))
          .hasSize(2)
          .allMatch(
              run -> run.endsWith("io.postern.operator.Main set-up certificates /c --broker b"));
      children.addAll(script.descendants().toList());
      script.destroy(); // SIGTERM, as Docker does
      assertThat(script.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(script.exitValue()).isZero();
    } finally {
      children.forEach(ProcessHandle::destroyForcibly);
      script.destroyForcibly();
    }
  }

  private Process start() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder("bash", "../../deploy/docker/certificates", "/c", "--broker", "b")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("output").toFile());
    builder.environment().put("HERE", folder.toString());
    builder.environment().put("CERTIFICATES_DONE", folder.resolve("made").toString());
    builder.environment().merge("PATH", "", (path, _) -> folder.resolve("bin") + ":" + path);
    return builder.start();
  }

  private void program(String name, String text) throws IOException {
    Path bin = Files.createDirectories(folder.resolve("bin"));
    Path file = Files.writeString(bin.resolve(name), "#!/bin/bash\n" + text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }

  private List<String> lines(String file) throws IOException {
    Path path = folder.resolve(file);
    return Files.exists(path) ? Files.readAllLines(path) : List.of();
  }
}
