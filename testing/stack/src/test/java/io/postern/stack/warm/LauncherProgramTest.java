package io.postern.stack.warm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LauncherProgramTest {
  /** A cache is for the flags that it was made with. */
  @Test
  void theScriptStartsItAsItIsTrained() throws Exception {
    String script = Files.readString(Path.of("../..", "run"));
    String start = script.substring(script.indexOf("exec \"$JAVA_HOME/bin/java\""));
    List<String> flags =
        Arrays.stream(start.split("\\s+", -1))
            .filter(word -> word.startsWith("-X") || word.startsWith("--"))
            .toList();
    assertThat(flags).isEqualTo(LauncherProgram.JVM);
    assertThat(script).contains("-D" + LauncherProgram.TO_MAKE + "=");
  }
}
