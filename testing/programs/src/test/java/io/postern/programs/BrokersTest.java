package io.postern.programs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class BrokersTest {
  /** One in 64 begins with a hyphen otherwise, and no broker of such a folder would start. */
  @Test
  void theIdOfAnyFoldersClusterIsOneThatTheFormatterReads() {
    for (int i = 0; i < 1_000; i++) {
      String id = Brokers.cluster(Path.of("/state/" + i));
      assertThat(id).doesNotStartWith("-");
      assertThat(Uuid.fromString(id)).hasToString(id);
    }
  }
}
