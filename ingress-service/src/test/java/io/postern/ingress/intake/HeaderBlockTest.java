package io.postern.ingress.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeaderBlockTest {

  private static HeaderBlock of(String message) {
    HeaderBlock block = new HeaderBlock();
    block.look(ByteBuffer.wrap(message.getBytes(StandardCharsets.ISO_8859_1)));
    return block;
  }

  private static String text(HeaderBlock block) {
    return new String(block.bytes(), StandardCharsets.ISO_8859_1);
  }

  @Test
  void the_header_ends_with_the_first_empty_line() {
    HeaderBlock block = of("From: a\r\nTo: b\r\n\r\nReceived: in the body\r\n");
    assertThat(text(block)).isEqualTo("From: a\r\nTo: b\r\n\r\n");
    assertThat(block.receivedFields()).isZero();
    assertThat(block.cut()).isFalse();
  }

  @Test
  void looking_leaves_the_buffer_as_it_is() {
    ByteBuffer buffer = ByteBuffer.wrap("A: b\r\n\r\nbody".getBytes(StandardCharsets.US_ASCII));
    new HeaderBlock().look(buffer);
    assertThat(buffer.remaining()).isEqualTo(12);
  }

  @Test
  void Received_fields_are_counted_in_any_case_and_only_at_a_line_start() {
    assertThat(
            of("Received: a\r\nRECEIVED: b\r\nreceived:c\r\n\tReceived: folded\r\nX-Received: d\r\nReceivedX: e\r\n\r\n")
                .receivedFields())
        .isEqualTo(3);
  }

  @Test
  void fields_beyond_what_is_kept_are_counted_too() {
    String filler = "X-Filler: " + "y".repeat(900) + "\r\n";
    HeaderBlock block = of(filler.repeat(50) + "Received: late\r\n\r\n");
    assertThat(block.cut()).isTrue();
    assertThat(block.bytes().length).isLessThanOrEqualTo(HeaderBlock.LIMIT);
    assertThat(text(block)).endsWith("y\r\n");
    assertThat(block.receivedFields()).isEqualTo(1);
  }

  @Test
  void one_line_longer_than_what_is_kept_leaves_nothing() {
    HeaderBlock block = of("X".repeat(HeaderBlock.LIMIT + 10) + "\r\n\r\n");
    assertThat(block.bytes()).isEmpty();
    assertThat(block.cut()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      value = {
        "'Message-ID: <1@a>\r\n\r\n', <1@a>",
        "'From: x\r\nmessage-id:<2@a>\r\nTo: y\r\n\r\n', <2@a>",
        "'Message-Id:\r\n <3@a>\r\n\r\n', <3@a>",
        "'From: x\r\n\r\nMessage-ID: <body@a>\r\n', ''",
        "'Message-ID:\r\n\r\n', ''",
      })
  void the_message_id_is_found(String message, String id) {
    assertThat(of(message).messageId()).isEqualTo(id);
  }

  @Test
  void any_division_into_buffers_gives_the_same() {
    Random random = new Random(42);
    for (int round = 0; round < 20_000; round++) {
      byte[] message = new byte[random.nextInt(120)];
      for (int i = 0; i < message.length; i++) {
        message[i] = (byte) "Received: \r\n\t x".charAt(random.nextInt(15));
      }
      HeaderBlock whole = new HeaderBlock();
      whole.look(ByteBuffer.wrap(message));
      HeaderBlock parts = new HeaderBlock();
      for (int from = 0; from < message.length; ) {
        int to = Math.min(message.length, from + 1 + random.nextInt(10));
        parts.look(ByteBuffer.wrap(Arrays.copyOfRange(message, from, to)));
        from = to;
      }
      assertThat(parts.bytes()).isEqualTo(whole.bytes());
      assertThat(parts.receivedFields()).isEqualTo(whole.receivedFields());
      assertThat(parts.messageId()).isEqualTo(whole.messageId());
    }
  }
}
