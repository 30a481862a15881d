package io.postern.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialsTest {
  @TempDir Path folder = Path.of("");

  @Test
  void theyAreMadeOnceReadableByTheOwnerAlone() throws Exception {
    Path file = folder.resolve("state/credentials");

    Credentials made = Credentials.at(file);

    String[] parts = Files.readString(file).strip().split(":", 2);
    assertThat(parts[1]).hasSizeGreaterThanOrEqualTo(32);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(made.match(parts[0], parts[1])).isTrue();
    assertThat(made.match(parts[0], parts[1] + "x")).isFalse();
    assertThat(made.match(parts[0] + parts[1].charAt(0), parts[1].substring(1))).isFalse();
    assertThat(made.match("", "")).isFalse();
    assertThat(Credentials.at(file).match(parts[0], parts[1])).isTrue();
    try (Stream<Path> files = Files.list(file.getParent())) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void ofServicesThatStartAtOnceAllHaveTheSame() throws Exception {
    Path file = folder.resolve("credentials");
    List<Credentials> all;
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      Callable<Credentials> start = () -> Credentials.at(file);
      all =
          threads.invokeAll(java.util.Collections.nCopies(8, start)).stream()
              .map(Future::resultNow)
              .toList();
    }

    String[] parts = Files.readString(file).strip().split(":", 2);
    assertThat(all).allSatisfy(c -> assertThat(c.match(parts[0], parts[1])).isTrue());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "admin", ":longenough", "admin:short"})
  void aFileThatIsNoneIsRefusedWithItsName(String text) throws Exception {
    Path file = Files.writeString(folder.resolve("credentials"), text);

    assertThatThrownBy(() -> Credentials.at(file))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("postern.api.credentials-file")
        .hasMessageContaining(file.toString());
  }
}
