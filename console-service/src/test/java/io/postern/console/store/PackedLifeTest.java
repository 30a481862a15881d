package io.postern.console.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.console.wire.LifeRecord;
import io.postern.console.wire.MessageLife;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class PackedLifeTest {
  private static final MessageLife LIFE =
      MessageLife.newBuilder()
          .setAccepted(ByteString.copyFromUtf8("accepted"))
          .addRecords(LifeRecord.newBuilder().setTopic("mail.outcomes").setAfter(-3).setWorth("c"))
          .build();

  @Test
  void aLifeIsReadAsItWasWritten() throws Exception {
    assertThat(PackedLife.unpack(PackedLife.pack(LIFE))).isEqualTo(LIFE);
    MessageLife none = MessageLife.getDefaultInstance();
    assertThat(PackedLife.unpack(PackedLife.pack(none))).isEqualTo(none);
    MessageLife large =
        LIFE.toBuilder().setAccepted(ByteString.copyFrom(new byte[3 << 20])).build();
    assertThat(PackedLife.unpack(PackedLife.pack(large))).isEqualTo(large);
  }

  @Test
  void whatIsNotPackedHereIsRefused() {
    byte[] packed = PackedLife.pack(LIFE);
    byte[] other = packed.clone();
    other[0] = 2;
    assertThatThrownBy(() -> PackedLife.unpack(other))
        .isInstanceOf(InvalidProtocolBufferException.class);
    assertThatThrownBy(() -> PackedLife.unpack(new byte[0]))
        .isInstanceOf(InvalidProtocolBufferException.class);
    assertThatThrownBy(() -> PackedLife.unpack(Arrays.copyOf(packed, packed.length - 2)))
        .isInstanceOf(RuntimeException.class);
  }

  /** Rows of 90 days need it. */
  @Test
  void theDictionaryIsTheOneThatRowsWereWrittenWith() throws Exception {
    try (InputStream in =
        Objects.requireNonNull(PackedLife.class.getResourceAsStream("lives-1.dictionary"))) {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(in.readAllBytes());
      assertThat(HexFormat.of().formatHex(hash))
          .isEqualTo("77e8f7b0ccd5d1762eab05239fd491638937de08381c3cff1174c31b34ec602a");
    }
  }
}
