package io.postern.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NotRunTest {
  @TempDir Path folder;

  private void record(String what, String allPrograms) {
    NotRun.record(folder.resolve("target").resolve("not-run"), NotRunTest.class, what, allPrograms);
  }

  @Test
  void eachTestThatDoesNotRunIsALine() {
    record("an example", "");
    record("another example", "");
    record("another example", "");

    assertThat(folder.resolve("target").resolve("not-run"))
        .hasContent(
            """
            io.postern.lab.NotRunTest\tan example
            io.postern.lab.NotRunTest\tanother example
            """);
  }

  @Test
  void whereAllProgramsAreDemandedTheTestFails() {
    assertThatThrownBy(() -> record("a demanded example", "true"))
        .isInstanceOf(AssertionError.class)
        .hasMessage("NotRunTest: a demanded example, and POSTERN_ALL_PROGRAMS is set");
    assertThat(folder.resolve("target").resolve("not-run")).isNotEmptyFile();
  }
}
