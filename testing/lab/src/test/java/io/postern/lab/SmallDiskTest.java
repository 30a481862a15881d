package io.postern.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmallDiskTest {
  private static final int BYTES = 32 << 20;

  @Test
  void aFullDiskTakesNothingUntilThereIsRoom(@TempDir Path all) throws Exception {
    if (!SmallDisk.canBeMade()) {
      NotRun.needed(SmallDiskTest.class, "no file system can be mounted here");
      return;
    }
    Path folder = all.resolve("disk");
    Path file = folder.resolve("file");
    try (SmallDisk disk = SmallDisk.mounted(folder, BYTES)) {
      Files.write(file, new byte[100_000]);
      disk.fill();
      assertThatThrownBy(() -> Files.write(folder.resolve("other"), new byte[100_000]))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("No space left");
      disk.makeRoom();
      Files.write(folder.resolve("other"), new byte[100_000]);
      assertThat(file).hasSize(100_000);
    }
    assertThat(folder).isEmptyDirectory();
  }
}
