package io.postern.api.users;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchedFileTest {
  @TempDir private Path folder;
  private boolean fails;

  private String parse(byte[] content) throws IOException {
    if (fails) {
      throw new IOException("the disk does not answer");
    }
    String text = new String(content, StandardCharsets.UTF_8);
    if (text.startsWith("wrong")) {
      throw new IllegalStateException("it is wrong");
    }
    return text;
  }

  /** A user who was removed must not come in for good because one reading failed. */
  @Test
  void aReadingThatFailsIsRepeatedAtTheNextLook() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "first");
    WatchedFile<String> watched = new WatchedFile<>(file, this::parse);
    Files.writeString(file, "the second");
    fails = true;
    assertThat(watched.look()).as("it is the file's content").isFalse();
    assertThat(watched.content()).isEqualTo("first");
    fails = false;
    assertThat(watched.look()).isTrue();
    assertThat(watched.content()).isEqualTo("the second");
  }

  @Test
  void aContentThatIsWrongLeavesTheFormerUntilTheNext() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "first");
    WatchedFile<String> watched = new WatchedFile<>(file, this::parse);
    Files.writeString(file, "wrong, and longer");
    assertThat(watched.look()).isFalse();
    assertThat(watched.look()).as("unchanged since").isFalse();
    assertThat(watched.content()).isEqualTo("first");
    Files.delete(file);
    assertThat(watched.look()).isFalse();
    assertThat(watched.content()).isEqualTo("first");
    Files.writeString(file, "third");
    assertThat(watched.look()).isTrue();
    assertThat(watched.content()).isEqualTo("third");
  }
}
