package io.postern.ingress.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyFilesTest {
  @Test
  void changesAreTakenByThemselvesAlsoBehindAFault(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "first");
    AtomicReference<String> used = new AtomicReference<>("");
    WatchedFiles files =
        new WatchedFiles(
            "it",
            List.of(file),
            () -> {
              String text = Files.readString(file);
              return () -> used.set(text);
            });
    AtomicInteger looks = new AtomicInteger();
    Runnable besides =
        () -> {
          if (looks.incrementAndGet() == 1) {
            throw new IllegalStateException("a fault");
          }
        };
    try (KeyFiles watch = new KeyFiles(List.of(files), besides)) {
      assertThat(watch).isNotNull();
      Files.writeString(file, "second");
      await().atMost(Duration.ofSeconds(60)).until(() -> "second".equals(used.get()));
      await().atMost(Duration.ofSeconds(60)).until(() -> looks.get() > 1);
    }
  }
}
