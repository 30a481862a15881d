package io.postern.log.sealing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.postern.contracts.QueueId;
import io.postern.contracts.v1.SealingKeyMade;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Random;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** A sealed content opens as it was, for its own message and by its own key; else not at all. */
class SealingKeyTest {
  private final Random random = new Random(5);
  private final SealingKey key = SealingKey.random();
  private final String message = QueueId.next(3).value();

  private byte[] content(int length) {
    byte[] content = new byte[length];
    random.nextBytes(content);
    return content;
  }

  @Test
  void everyLengthOpensAsItWas() throws Exception {
    for (int length = 0; length <= 16 * 1024; length += 1 + random.nextInt(97)) {
      byte[] buffer = content(length + random.nextInt(50));
      byte[] sealed = key.seal(message, buffer, length);
      assertThat(sealed).hasSize(length + SealingKey.OVERHEAD);
      SealingKey fromTheLog = SealingKey.of(SealingKeyMade.parseFrom(key.made().toByteArray()));
      assertThat(SealingKey.idOf(sealed)).isEqualTo(fromTheLog.id());
      assertThat(fromTheLog.open(message, sealed)).isEqualTo(Arrays.copyOf(buffer, length));
    }
  }

  @Test
  void anyOtherBitIsRefused() {
    byte[] sealed = key.seal(message, content(40), 40);
    for (int bit = 0; bit < 8 * sealed.length; bit++) {
      byte[] altered = sealed.clone();
      altered[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> key.open(message, altered)).isInstanceOf(BrokenSealException.class);
    }
    for (int length = 0; length < sealed.length; length++) {
      byte[] cut = Arrays.copyOf(sealed, length);
      assertThatThrownBy(() -> key.open(message, cut)).isInstanceOf(BrokenSealException.class);
    }
    assertThatThrownBy(() -> key.open(message, Arrays.copyOf(sealed, sealed.length + 1)))
        .isInstanceOf(BrokenSealException.class);
  }

  @Test
  void anotherMessagesContentIsRefused() {
    byte[] sealed = key.seal(message, content(100), 100);
    for (int i = 0; i < 100; i++) {
      String other = QueueId.next(3).value();
      assertThatThrownBy(() -> key.open(other, sealed))
          .isInstanceOf(BrokenSealException.class)
          .hasMessageContaining("another message's");
    }
  }

  @Test
  void anotherKeyIsRefusedWhateverItCallsItself() {
    byte[] sealed = key.seal(message, content(100), 100);
    assertThatThrownBy(() -> SealingKey.random().open(message, sealed))
        .isInstanceOf(BrokenSealException.class)
        .hasMessageContaining("another key");
    SealingKey namesake =
        SealingKey.of(key.made().toBuilder().setKey(ByteString.copyFrom(content(32))).build());
    assertThatThrownBy(() -> namesake.open(message, sealed))
        .isInstanceOf(BrokenSealException.class);
    assertThatThrownBy(() -> SealingKey.of(SealingKeyMade.getDefaultInstance()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void nothingOfContentOrKeyIsInTheOpenAndNoTwoSealsAreAlike() {
    byte[] content = new byte[200];
    Set<String> all = new HashSet<>();
    for (int i = 0; i < 2_000; i++) {
      assertThat(all.add(HexFormat.of().formatHex(key.seal(message, content, 200)))).isTrue();
    }
    String secret = HexFormat.of().formatHex(key.made().getKey().toByteArray());
    assertThat(all).noneMatch(one -> one.contains(secret) || one.contains("0".repeat(16)));
    assertThat(key.toString()).doesNotContain(secret);
    assertThat(SealingKey.random().id()).isNotEqualTo(SealingKey.random().id());
  }

  /** As it is written down, so that a later version opens what this one has sealed. */
  @Test
  void theFormIsAsDescribed() throws Exception {
    byte[] sealed = key.seal(message, new byte[] {1, 2, 3}, 3);
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        Cipher.DECRYPT_MODE,
        new SecretKeySpec(key.made().getKey().toByteArray(), "AES"),
        new GCMParameterSpec(128, Arrays.copyOfRange(sealed, 17, 29)));
    cipher.updateAAD(("postern sealed content" + message).getBytes(StandardCharsets.US_ASCII));
    assertThat(sealed[0]).isEqualTo((byte) 1);
    assertThat(Arrays.copyOfRange(sealed, 1, 17)).isEqualTo(key.made().getId().toByteArray());
    assertThat(cipher.doFinal(sealed, 29, sealed.length - 29)).isEqualTo(new byte[] {1, 2, 3});
  }
}
