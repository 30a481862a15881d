package io.postern.ingress.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchedFilesTest {
  @TempDir private Path folder;
  private Path certificate;
  private Path key;
  private String inUse = "";
  private int readings;

  /** Written while it is read. */
  private Runnable meanwhile = () -> {};

  @BeforeEach
  void write() throws Exception {
    certificate = Files.writeString(folder.resolve("certificate"), "first");
    key = Files.writeString(folder.resolve("key"), "first");
  }

  private WatchedFiles watched() throws Exception {
    return new WatchedFiles("both", List.of(certificate, key), this::read);
  }

  private Runnable read() throws IOException {
    readings++;
    String one = Files.readString(certificate);
    meanwhile.run();
    String two = Files.readString(key);
    if (!one.equals(two)) {
      throw new IOException(one + " is not " + two);
    }
    return () -> inUse = one;
  }

  private static void write(Path file, String content) {
    try {
      Files.writeString(file, content);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void theFilesAreInUseFromTheStartOrTheStartFails() throws Exception {
    watched();
    assertThat(inUse).isEqualTo("first");
    write(key, "another");
    assertThatThrownBy(this::watched).hasMessage("first is not another");
  }

  @Test
  void aFileThatIsStillBeingWrittenIsLeftAlone() throws Exception {
    WatchedFiles files = watched();
    for (int i = 1; i < 20; i++) {
      write(certificate, "x".repeat(i));
      write(key, "x".repeat(i));
      files.look();
      assertThat(inUse).isEqualTo("first");
    }
    assertThat(readings).isEqualTo(1);
    files.look();
    assertThat(inUse).isEqualTo("x".repeat(19));
    files.look();
    assertThat(readings).isEqualTo(2);
  }

  @Test
  void filesThatChangeWhileTheyAreReadAreReadAgain() throws Exception {
    WatchedFiles files = watched();
    write(certificate, "second");
    write(key, "second");
    files.look();
    meanwhile = () -> write(certificate, "the third");
    files.look();
    meanwhile = () -> {};
    assertThat(inUse).isEqualTo("first");
    write(key, "the third");
    files.look();
    files.look();
    assertThat(inUse).isEqualTo("the third");
    assertThat(files.refused()).isEmpty();
  }

  @Test
  void unusableFilesLeaveTheFormerInUseAndSayWhyUntilTheyAreGood() throws Exception {
    WatchedFiles files = watched();
    write(key, "another one");
    files.look();
    files.look();
    assertThat(inUse).isEqualTo("first");
    assertThat(files.refused()).isEqualTo("first is not another one");
    Files.delete(key);
    files.look();
    assertThat(files.refused()).isEqualTo("no such file: " + key);
    assertThat(inUse).isEqualTo("first");
    write(key, "new");
    write(certificate, "new");
    files.look();
    files.look();
    assertThat(files.refused()).isEmpty();
    assertThat(inUse).isEqualTo("new");
  }
}
