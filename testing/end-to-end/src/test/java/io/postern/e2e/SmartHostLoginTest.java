package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.QueueId;
import io.postern.lab.ScriptedPeer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A smart host that takes mail of its user alone, from the directory file to the peer. */
class SmartHostLoginTest {
  private static final String PASSWORD = "a-password-of-the-provider";

  @Test
  void aPasswordThatTheProviderHasChangedDefersTheMailUntilItsFileIsRenewed() throws Exception {
    TestStack stack = TestStack.shared();
    try (TestOrganization sender = stack.organization("login")) {
      String host = "smtp." + sender.id() + "-provider.example";
      ScriptedPeer provider =
          sender.peer(
              ScriptedPeer.named(host)
                  .identity(sender.identity(host))
                  .login("relay@" + sender.domain(), PASSWORD, "PLAIN", "SCRAM-SHA-256"));
      String domain = sender.id() + "-outside.example";
      write(stack.keys().resolve(sender.id()), "relay@" + sender.domain(), "the one before");
      String credentials = "credentials: provider, sourceAddresses: [127.0.0.3]";
      sender.outboundTo(provider, domain, credentials + ", ehloName: out." + sender.domain());
      sender.apply();

      String recipient = "bob@" + domain;
      QueueId queueId = sender.relayed(List.of(recipient), Messages.small("login"));
      assertThat(sender.outcome(queueId, recipient))
          .isEqualTo("deferred encryption-only/auth-failed");
      assertThat(sender.settled(queueId).toString()).doesNotContain("the one before");
      assertThat(provider.envelopeSeen()).isFalse();

      write(stack.keys().resolve(sender.id()), "relay@" + sender.domain(), PASSWORD);
      QueueId later = sender.relayed(List.of(recipient), Messages.small("login"));
      assertThat(sender.outcome(later, recipient))
          .isEqualTo("delivered encryption-only:encryption-only");
      assertThat(provider.awaitMessages(1, Duration.ofSeconds(30)).getFirst().session())
          .satisfies(
              session -> {
                assertThat(session.hello()).isEqualTo("out." + sender.domain());
                assertThat(session.client()).isEqualTo("127.0.0.3");
                assertThat(session.commands())
                    .anyMatch(line -> line.startsWith("AUTH SCRAM-SHA-256"));
              });
    }
  }

  private static void write(Path folder, String user, String password) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("provider.user"), user + "\n");
    Path whole = Files.createTempFile(folder, "new", ""); // owner only
    Files.setPosixFilePermissions(whole, PosixFilePermissions.fromString("rw-------"));
    Files.writeString(whole, password + "\n");
    Files.move(whole, folder.resolve("provider.password"), StandardCopyOption.REPLACE_EXISTING);
  }
}
