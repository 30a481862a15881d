package io.postern.api.users;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.api.access.Ed25519Keys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.KeyPair;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The key pair is made once, and a new one leaves the former public key in use. */
class SigningKeysTest {
  @TempDir Path folder = Path.of("");

  private Path privateKey() {
    return folder.resolve("state/api-signing-key.pem");
  }

  private Path publicKeys() {
    return folder.resolve("shared/public.pem");
  }

  private PublicKey started() throws Exception {
    return new SigningKeys(privateKey(), publicKeys()).pair().getPublic();
  }

  private List<PublicKey> published() throws Exception {
    return Ed25519Keys.publicKeys(Files.readAllBytes(publicKeys()));
  }

  @Test
  void aSecondStartAndAnotherReplicaHaveTheSamePair() throws Exception {
    PublicKey first = started();

    assertThat(started()).isEqualTo(first);
    assertThat(published()).containsExactly(first);
    Files.delete(publicKeys());
    assertThat(started()).isEqualTo(first);
    assertThat(published()).containsExactly(first);
  }

  /** A public key that an administrator has given to all services, such as by a secret. */
  @Test
  void aPublicKeyThatIsThereAlreadyIsNotWritten() throws Exception {
    KeyPair given = Ed25519Keys.generate();
    Files.createDirectories(privateKey().resolveSibling("."));
    Files.createDirectories(publicKeys().resolveSibling("."));
    Files.write(privateKey(), Ed25519Keys.pem(given));
    // By a link, as a secret has it: a file that is written would replace the link.
    Path secret =
        Files.write(folder.resolve("secret.pem"), Ed25519Keys.pem(List.of(given.getPublic())));
    Files.createSymbolicLink(publicKeys(), secret);

    SigningKeys keys = new SigningKeys(privateKey(), publicKeys());

    assertThat(keys.pair().getPublic()).isEqualTo(given.getPublic());
    assertThat(keys.dropFormer()).isFalse();
    assertThat(Files.isSymbolicLink(publicKeys())).isTrue();
    try (Stream<Path> all = Files.list(publicKeys().resolveSibling("."))) {
      assertThat(all).hasSize(1);
    }
  }

  @Test
  void aNewPairLeavesTheFormerPublicKeyAndNoOlderOne() throws Exception {
    PublicKey first = started();
    Files.delete(privateKey());
    PublicKey second = started();
    assertThat(published()).containsExactly(second, first);
    Files.delete(privateKey());
    PublicKey third = started();
    assertThat(published()).containsExactly(third, second);
  }

  /** Whoever finds a former private key could make tokens for as long as its public key is kept. */
  @Test
  void theFormerKeyIsKeptAsLongAsATokenOfItLasts() throws Exception {
    started();
    Files.delete(privateKey());
    SigningKeys second = new SigningKeys(privateKey(), publicKeys());
    assertThat(second.dropFormer()).isFalse();
    written(Duration.ofHours(11));
    assertThat(second.dropFormer()).isFalse();
    assertThat(published()).hasSize(2);

    written(Duration.ofHours(13));
    assertThat(second.dropFormer()).isTrue();
    assertThat(published()).containsExactly(second.pair().getPublic());
    assertThat(second.dropFormer()).isFalse();
  }

  @Test
  void aStartDropsTheFormerKeyTooAndAReplicaWithItDropsNotTheNewOne() throws Exception {
    SigningKeys first = new SigningKeys(privateKey(), publicKeys());
    Files.delete(privateKey());
    PublicKey second = started();
    written(Duration.ofHours(13));
    assertThat(first.dropFormer()).isTrue();
    assertThat(published()).containsExactly(second);

    Files.delete(privateKey());
    PublicKey third = started();
    written(Duration.ofHours(13));
    assertThat(started()).isEqualTo(third);
    assertThat(published()).containsExactly(third);
  }

  private void written(Duration ago) throws Exception {
    Files.setLastModifiedTime(publicKeys(), FileTime.from(Instant.now().minus(ago)));
  }

  @Test
  void aFileThatIsNoKeyEndsTheStartWithItsName() throws Exception {
    started();
    Files.writeString(
        privateKey(), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");

    assertThatThrownBy(this::started)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(privateKey().toString());
  }
}
