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
    watched.look();
    assertThat(watched.content()).isEqualTo("first");
    fails = false;
    watched.look();
    assertThat(watched.content()).isEqualTo("the second");
  }

  @Test
  void aContentThatIsWrongLeavesTheFormerUntilTheNext() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "first");
    WatchedFile<String> watched = new WatchedFile<>(file, this::parse);
    Files.writeString(file, "wrong, and longer");
    watched.look();
    assertThat(watched.content()).isEqualTo("first");
    Files.delete(file);
    watched.look();
    assertThat(watched.content()).isEqualTo("first");
    Files.writeString(file, "third");
    watched.look();
    assertThat(watched.content()).isEqualTo("third");
  }
}
