package io.postern.operator.setup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedSecretsTest {
  @TempDir private Path root;

  @BeforeEach
  void folders() throws IOException {
    for (String folder : new String[] {"authority", "ingress", "policy"}) {
      Files.createDirectory(root.resolve(folder));
    }
  }

  private String text(String folder, String file) throws IOException {
    return Files.readString(root.resolve(folder).resolve(file));
  }

  @Test
  void eachHolderHasTheSameSecretForItsOwnerAlone() throws IOException {
    assertThat(SharedSecrets.make(root))
        .containsExactly("ticket-secret: made", "sender-rewriting.secrets: made");
    assertThat(text("ingress", "sender-rewriting.secrets"))
        .isEqualTo(text("policy", "sender-rewriting.secrets"))
        .matches("[0-9a-f]{64}\n")
        .isNotEqualTo(text("ingress", "ticket-secret"));
    assertThat(root.resolve("policy").resolve("ticket-secret")).doesNotExist();
    for (SharedSecrets.Secret secret : SharedSecrets.ALL) {
      for (String holder : secret.holders()) {
        assertThat(
                PosixFilePermissions.toString(
                    Files.getPosixFilePermissions(root.resolve(holder).resolve(secret.file()))))
            .isEqualTo("rw-------");
      }
    }
  }

  @Test
  void theNextRunKeepsThemAndMakesACopyThatIsMissing() throws IOException {
    SharedSecrets.make(root);
    String before = text("ingress", "ticket-secret");
    Files.delete(root.resolve("policy").resolve("sender-rewriting.secrets"));
    assertThat(SharedSecrets.make(root))
        .containsExactly("ticket-secret: kept", "sender-rewriting.secrets: kept");
    assertThat(text("ingress", "ticket-secret")).isEqualTo(before);
    assertThat(text("policy", "sender-rewriting.secrets"))
        .isEqualTo(text("ingress", "sender-rewriting.secrets"));
  }

  @Test
  void anAdministratorsChangeReachesAllHolders() throws IOException {
    SharedSecrets.make(root);
    String both = "new\n" + text("authority", "sender-rewriting.secrets");
    Files.writeString(root.resolve("authority").resolve("sender-rewriting.secrets"), both);
    SharedSecrets.make(root);
    assertThat(text("ingress", "sender-rewriting.secrets")).isEqualTo(both);
    assertThat(text("policy", "sender-rewriting.secrets")).isEqualTo(both);
  }
}
