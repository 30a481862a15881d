package io.postern.ingress.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.ingress.RawClient;
import io.postern.ingress.TestServer;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyFilesTest {

  @Test
  void changed_files_are_used_for_the_next_handshake_and_broken_ones_are_not(@TempDir Path folder)
      throws Exception {
    Identity second = TestServer.CA.issue(Issue.to("second.postern.example"));
    try (TestServer server = TestServer.withoutLog(s -> {})) {
      TestServer.IDENTITY.write(folder, "server");
      Path certificate = folder.resolve("server.pem");
      try (KeyFiles files = new KeyFiles(certificate, folder.resolve("server.key"), server.tls())) {
        assertThat(shown(server)).contains("mx.postern.example");
        second.write(folder, "server");
        await()
            .atMost(Duration.ofSeconds(15))
            .until(() -> shown(server).contains("second.postern.example"));
        Files.writeString(certificate, "no certificate");
        await().pollDelay(Duration.ofSeconds(4)).until(() -> !files.usable());
        assertThat(shown(server)).contains("second.postern.example");
      }
    }
  }

  private static String shown(TestServer server) throws Exception {
    try (RawClient client = server.greeted()) {
      return client.startTls(null).serverCertificate().getSubjectX500Principal().getName();
    }
  }
}
