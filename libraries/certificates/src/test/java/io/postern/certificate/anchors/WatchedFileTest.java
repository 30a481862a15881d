package io.postern.certificate.anchors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchedFileTest {
  private static final IOException NO_DESCRIPTOR = new IOException("Too many open files");
  @TempDir Path folder = Path.of("");
  private final Deque<IOException> failures = new ArrayDeque<>();
  private final AtomicLong counted = new AtomicLong();

  private enum Look {
    SAME,
    READ,
    FAILED
  }

  private Look look(WatchedFile<String> watched) {
    long before = counted.get();
    boolean read = watched.look();
    return read ? Look.READ : counted.get() == before ? Look.SAME : Look.FAILED;
  }

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
    WatchedFile<String> watched = new WatchedFile<>(file, this::read, "none", counted);
    assertThat(watched.content()).isEqualTo("none");
    watched.read();
    assertThat(look(watched)).isEqualTo(Look.SAME);
    return watched;
  }

  @Test
  void aFailureThatPassesDoesNotLeaveTheOldContentUntilTheNextChange() throws Exception {
    Path file = folder.resolve("a");
    WatchedFile<String> watched = watched(file);
    failures.addAll(List.of(NO_DESCRIPTOR, NO_DESCRIPTOR, new IOException("Stale file handle")));
    Files.writeString(file, "second, and longer");
    assertThat(look(watched)).isEqualTo(Look.FAILED);
    assertThat(look(watched)).as("each state is logged once").isEqualTo(Look.SAME);
    assertThat(look(watched)).as("another failure is another state").isEqualTo(Look.FAILED);
    assertThat(watched.content()).isEqualTo("first");
    assertThat(look(watched)).isEqualTo(Look.READ);
    assertThat(watched.content()).isEqualTo("second, and longer");
    assertThat(look(watched)).isEqualTo(Look.SAME);
  }

  @Test
  void aFirstReadingThatFailsIsTriedAgain() throws Exception {
    Path file = Files.writeString(folder.resolve("a"), "first");
    failures.add(NO_DESCRIPTOR);
    WatchedFile<String> watched = new WatchedFile<>(file, this::read, "none", counted);
    assertThatThrownBy(watched::read).isInstanceOf(BadAnchorFileException.class);
    assertThat(look(watched)).isEqualTo(Look.READ);
  }

  @Test
  void whatIsBrokenIsReadAgainWhenItHasChanged() throws Exception {
    Path file = folder.resolve("a");
    WatchedFile<String> watched = watched(file);
    Files.writeString(file, "broken");
    assertThat(look(watched)).isEqualTo(Look.FAILED);
    failures.add(NO_DESCRIPTOR);
    assertThat(look(watched)).isEqualTo(Look.SAME);
    assertThat(failures).as("it was not read again").hasSize(1);
  }

  @Test
  void aFileThatIsGoneForAWhileIsLoggedOnce() throws Exception {
    Path file = folder.resolve("a");
    WatchedFile<String> watched = watched(file);
    Files.delete(file);
    assertThat(look(watched)).isEqualTo(Look.FAILED);
    assertThat(look(watched)).isEqualTo(Look.SAME);
    Files.writeString(file, "second, and longer");
    assertThat(look(watched)).isEqualTo(Look.READ);
  }
}
