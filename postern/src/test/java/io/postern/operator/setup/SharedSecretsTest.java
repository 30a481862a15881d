package io.postern.operator.setup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedSecretsTest {
  private static final String TICKETS = "ticket-secret";
  private static final String REWRITING = "sender-rewriting.secrets";
  @TempDir private Path root;

  @BeforeEach
  void folders() throws IOException {
    for (String folder : new String[] {"authority", "ingress-secrets", "policy-secrets"}) {
      Files.createDirectory(root.resolve(folder));
    }
  }

  private byte[] octets(String folder, String file) throws IOException {
    return Files.readAllBytes(root.resolve(folder).resolve(file));
  }

  @Test
  void eachServiceHasTheSameSecretForItsOwnerAlone() throws IOException {
    assertThat(SharedSecrets.make(root, Instant.now()))
        .containsExactly("ticket-secret: made", "sender-rewriting.secrets: made");
    assertThat(octets("ingress-secrets", REWRITING))
        .isEqualTo(octets("policy-secrets", REWRITING))
        .isNotEqualTo(octets("ingress-secrets", TICKETS))
        .asString()
        .matches("[0-9a-f]{64}\n");
    assertThat(root.resolve("policy-secrets").resolve(TICKETS)).doesNotExist();
    for (SharedSecrets.Secret secret : SharedSecrets.ALL) {
      for (String service : secret.services()) {
        Path copy = root.resolve(SharedSecrets.folder(service)).resolve(secret.file());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(copy)))
            .isEqualTo("rw-------");
      }
    }
  }

  @Test
  void theNextRunKeepsThemAndMakesACopyThatIsMissing() throws IOException {
    SharedSecrets.make(root, Instant.now());
    byte[] before = octets("ingress-secrets", TICKETS);
    Files.delete(root.resolve("policy-secrets").resolve(REWRITING));
    assertThat(SharedSecrets.make(root, Instant.now()))
        .containsExactly("ticket-secret: kept", "sender-rewriting.secrets: kept");
    assertThat(octets("ingress-secrets", TICKETS)).isEqualTo(before);
    assertThat(octets("policy-secrets", REWRITING)).isEqualTo(octets("ingress-secrets", REWRITING));
  }

  @Test
  void theSecretOfTicketsIsAnotherOneADayLater() throws IOException {
    SharedSecrets.make(root, Instant.now());
    byte[] before = octets("ingress-secrets", TICKETS);
    assertThat(SharedSecrets.make(root, Instant.now().plus(Duration.ofDays(1))))
        .containsExactly("ticket-secret: made", "sender-rewriting.secrets: kept");
    assertThat(octets("ingress-secrets", TICKETS)).isNotEqualTo(before);
  }

  @Test
  void anAdministratorsSecretReachesAllServicesAndNeedBeNoText() throws IOException {
    SharedSecrets.make(root, Instant.now());
    byte[] random = new byte[32];
    new Random(1).nextBytes(random);
    random[0] = (byte) 0xff; // begins no character
    for (String file : new String[] {TICKETS, REWRITING}) {
      Files.write(root.resolve("authority").resolve(file), random);
    }
    SharedSecrets.make(root, Instant.now());
    assertThat(octets("ingress-secrets", TICKETS)).isEqualTo(random);
    assertThat(octets("ingress-secrets", REWRITING)).isEqualTo(random);
    assertThat(octets("policy-secrets", REWRITING)).isEqualTo(random);
  }
}
