package io.postern.smtp.srs;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.smtp.Address;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file of secrets: absent, wrong, changed. */
class RewritingSecretsTest {
  private static final Address SENDER = Address.parse("anna@fabrikam.example");
  private static final Instant DAY = Instant.parse("2026-11-27T12:00:00Z");
  private static final String ONE = "one secret of more than thirty-two octets";
  private static final String TWO = "two secrets of more than thirty-two octets";

  @TempDir Path folder;
  private long now;
  private int changes;

  private RewritingSecrets secrets(Path file) {
    return new RewritingSecrets(Optional.of(file), () -> now);
  }

  private void write(Path file, String text, String mode) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000 + 1000L * ++changes));
    now += RewritingSecrets.LOOK_SECONDS * 1_000_000_000L;
  }

  private static String made(RewritingSecrets secrets) {
    return secrets
        .get()
        .orElseThrow()
        .rewritten("contoso", "srs.contoso.example", SENDER, DAY)
        .orElseThrow()
        .toString();
  }

  @Test
  void withoutAFileNothingIsRewritten() {
    RewritingSecrets secrets = new RewritingSecrets(Optional.empty());
    assertThat(secrets.get()).isEmpty();
    assertThat(secrets.problem()).isEmpty();
  }

  @Test
  void aWrongFileIsNamedWithItsCureAndNoSecret() throws Exception {
    Path file = folder.resolve("secrets");
    RewritingSecrets secrets = secrets(file);
    assertThat(secrets.get()).isEmpty();
    assertThat(secrets.problem()).contains(file.toString()).contains("NoSuchFile");
    for (String text :
        new String[] {"", "# nothing\n", "too short\n", ONE + "\nshort\n", "x".repeat(256)}) {
      write(file, text, "rw-------");
      assertThat(secrets.get()).as(text).isEmpty();
      assertThat(secrets.problem()).contains("32 to 255 octets").doesNotContain(ONE);
    }
    write(file, ONE, "rw-r--r--");
    assertThat(secrets.get()).isEmpty();
    assertThat(secrets.problem()).contains("chmod 600");
    write(file, ONE, "r--r-----");
    assertThat(secrets.get()).isPresent();
    assertThat(secrets.problem()).isEmpty();
  }

  /** As a copy that keeps the time, or a volume whose files all have one time. */
  @Test
  void aFileThatReplacesAnotherOfTheSameTimeIsRead() throws Exception {
    Path file = folder.resolve("secrets");
    RewritingSecrets secrets = secrets(file);
    write(file, ONE + "\n", "rw-------");
    String one = made(secrets);
    Path next = folder.resolve("next");
    write(next, TWO + "\n", "rw-------");
    Files.setLastModifiedTime(next, Files.getLastModifiedTime(file));
    Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
    assertThat(made(secrets)).isNotEqualTo(one);
  }

  @Test
  void aChangeIsInForceAndABadOneLeavesTheSecretsBefore() throws Exception {
    Path file = folder.resolve("secrets");
    RewritingSecrets secrets = secrets(file);
    write(file, ONE + "\n", "rw-------");
    String one = made(secrets);
    write(file, "# the new one\n" + TWO + "\n\n" + ONE + "\n", "rw-------");
    String two = made(secrets);
    assertThat(two).isNotEqualTo(one);
    assertThat(secrets.get().orElseThrow().wayBack("contoso", Address.parse(one), DAY))
        .as("the former secret")
        .isEqualTo(new WayBack.To(SENDER));
    write(file, "", "rw-------");
    assertThat(made(secrets)).isEqualTo(two);
    assertThat(secrets.problem()).isNotEmpty();
    Files.delete(file);
    now += RewritingSecrets.LOOK_SECONDS * 1_000_000_000L;
    assertThat(made(secrets)).isEqualTo(two);
    write(file, ONE, "rw-------");
    assertThat(made(secrets)).isEqualTo(one);
    assertThat(secrets.problem()).isEmpty();
  }
}
