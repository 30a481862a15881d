package io.postern.certificate.anchors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.certificate.anchors.WatchedFile.Look;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchedFileTest {
  private static final IOException NO_DESCRIPTOR = new IOException("Too many open files");
  @TempDir Path folder = Path.of("");
  private final Deque<IOException> failures = new ArrayDeque<>();

  // As a real reader, which cannot be made to fail by the file's mode where root runs the test.
  private String read(Path file) throws BadAnchorFileException {
    IOException failure = failures.poll();
    try {
      if (failure != null) {
        throw failure;
      }
      String text = Files.readString(file);
      if (text.startsWith("broken")) {
        throw new BadAnchorFileException("a", "broken", "mend it");
      }
      return text;
    } catch (IOException e) {
      throw new BadAnchorFileException("a", "cannot be read (" + e + ")", "make it readable", e);
    }
  }

  private WatchedFile<String> watched(Path file) throws Exception {
    Files.writeString(file, "first");
    WatchedFile<String> watched = new WatchedFile<>(file, this::read, "none");
    assertThat(watched.content()).isEqualTo("none");
    watched.read();
    assertThat(watched.look()).isEqualTo(Look.SAME);
    return watched;
  }

  @Test
  void aFailureThatPassesDoesNotLeaveTheOldContentUntilTheNextChange() throws Exception {
    Path file = folder.resolve("a");
    WatchedFile<String> watched = watched(file);
    failures.addAll(List.of(NO_DESCRIPTOR, NO_DESCRIPTOR, new IOException("Stale file handle")));
    Files.writeString(file, "second, and longer");
    assertThat(watched.look()).isEqualTo(Look.FAILED);
    assertThat(watched.look()).as("each state is told once").isEqualTo(Look.SAME);
    assertThat(watched.look()).as("another failure is another state").isEqualTo(Look.FAILED);
    assertThat(watched.content()).isEqualTo("first");
    assertThat(watched.look()).isEqualTo(Look.READ);
    assertThat(watched.content()).isEqualTo("second, and longer");
    assertThat(watched.look()).isEqualTo(Look.SAME);
  }

  @Test
  void aFirstReadingThatFailsIsTriedAgain() throws Exception {
    Path file = Files.writeString(folder.resolve("a"), "first");
    failures.add(NO_DESCRIPTOR);
    WatchedFile<String> watched = new WatchedFile<>(file, this::read, "none");
    assertThatThrownBy(watched::read).isInstanceOf(BadAnchorFileException.class);
    assertThat(watched.look()).isEqualTo(Look.READ);
  }

  @Test
  void whatIsBrokenIsReadAgainWhenItHasChanged() throws Exception {
    Path file = folder.resolve("a");
    WatchedFile<String> watched = watched(file);
    Files.writeString(file, "broken");
    assertThat(watched.look()).isEqualTo(Look.FAILED);
    failures.add(NO_DESCRIPTOR);
    assertThat(watched.look()).isEqualTo(Look.SAME);
    assertThat(failures).as("it was not read again").hasSize(1);
  }

  @Test
  void aFileThatIsGoneForAWhileIsToldOnce() throws Exception {
    Path file = folder.resolve("a");
    WatchedFile<String> watched = watched(file);
    Files.delete(file);
    assertThat(watched.look()).isEqualTo(Look.FAILED);
    assertThat(watched.look()).isEqualTo(Look.SAME);
    Files.writeString(file, "second, and longer");
    assertThat(watched.look()).isEqualTo(Look.READ);
  }
}
