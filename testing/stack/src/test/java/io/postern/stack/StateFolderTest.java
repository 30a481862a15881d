package io.postern.stack;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.programs.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Properties;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFolderTest {
  @TempDir Path folder;

  @Test
  void itsOwnerAloneReadsIt() throws IOException {
    Path state = folder.resolve("above/state");
    assertThat(new StateFolder(state).root()).isDirectory();
    assertThat(mode(state)).isEqualTo("rwx------");

    var unused = new StateFolder(state).port("smtp");
    Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThat(new StateFolder(state).root()).isDirectory();
    assertThat(mode(state)).as("made by an earlier version").isEqualTo("rwx------");
  }

  private static String mode(Path of) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(of));
  }

  /** Ports are chosen long before anybody listens on them. */
  @Test
  void noPortIsGivenTwice() {
    StateFolder state = new StateFolder(folder);
    Set<Integer> given = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      assertThat(given.add(i % 2 == 0 ? FreePorts.next() : state.port("name" + i))).isTrue();
    }
  }

  @Test
  void aPortIsKeptUntilItIsTaken() throws IOException {
    int port = new StateFolder(folder).port("smtp");
    assertThat(new StateFolder(folder).port("smtp")).isEqualTo(port);
    try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      assertThat(taken.isBound()).isTrue();
      assertThat(new StateFolder(folder).port("smtp")).isNotEqualTo(port);
    }
  }

  @Test
  void whatAnotherNameHasIsNeitherPreferredNorKept() {
    int free = FreePorts.next();
    StateFolder state = new StateFolder(folder);
    assertThat(state.port("smtp", free)).isEqualTo(free);
    assertThat(state.port("http", free)).isNotEqualTo(free);

    Properties twice = new Properties();
    twice.setProperty("smtp", Integer.toString(free));
    twice.setProperty("crl", Integer.toString(free));
    StateFolder.save(folder.resolve("ports.properties"), twice);
    StateFolder again = new StateFolder(folder);
    assertThat(again.port("smtp")).isNotEqualTo(free);
    assertThat(again.fixedPort("crl")).as("certificates name it").isEqualTo(free);
  }
}
