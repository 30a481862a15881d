package io.postern.ingress.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
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
    return block.bytes().toString(StandardCharsets.ISO_8859_1);
  }

  @Test
  void the_header_ends_with_the_first_empty_line() {
    HeaderBlock block = of("From: a\r\nTo: b\r\n\r\nReceived: in the body\r\n");
    assertThat(text(block)).isEqualTo("From: a\r\nTo: b\r\n\r\n");
    assertThat(block.receivedFields()).isZero();
    assertThat(block.cut()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "X-Filler: f, true",
    "X-Filler : f, true",
    "'X-Filler: f~ folded', true",
    "text without a colon, false",
    "'X: y~and then text', false",
    "': no name', false"
  })
  void a_section_of_fields_alone_has_a_size(String lines, boolean larger) {
    HeaderBlock block = of((lines.replace("~", "\r\n") + "\r\n").repeat(20_000));
    assertThat(block.larger(100_000)).isEqualTo(larger);
    assertThat(block.larger(HeaderBlock.LOOKED_AT)).isFalse();
    assertThat(of("A: b\r\n\r\n" + "c: d\r\n".repeat(50_000)).larger(100_000)).isFalse();
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

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          TLS-Required: No~                             | true
          Subject: x~tls-required:no~To: y~             | true
          TLS-REQUIRED:~\tNO ~                          | true
          A: b~TLS-Required: No                         | true
          TLS-Required: Yes~                            | false
          TLS-Required: No thanks~                      | false
          TLS-Required:~                                | false
          TLS-Required: No~TLS-Required: No~            | false
          TLS-Required: No~A: b~TLS-Required: Yes~      | false
          X-TLS-Required: No~                           | false
          Subject: x~ TLS-Required: No~                 | false
          Subject: x~~TLS-Required: No~                 | false
          TLS-Required                                  | false
          """)
  void one_TLS_Required_field_with_No_counts(String message, boolean no) {
    String octets = message.replace("~", "\r\n").replace("\\t", "\t");
    assertThat(of(octets).tlsRequiredNo()).isEqualTo(no);
  }

  @Test
  void TLS_Required_beyond_the_kept_octets_does_not_count() {
    String filler = ("X-Filler: " + "y".repeat(900) + "\r\n").repeat(50);
    assertThat(of("TLS-Required: No\r\n" + filler + "\r\n").tlsRequiredNo()).isTrue();
    assertThat(of(filler + "TLS-Required: No\r\n\r\n").tlsRequiredNo()).isFalse();
  }

  @Test
  void fields_beyond_the_kept_octets_are_counted_too() {
    String filler = "X-Filler: " + "y".repeat(900) + "\r\n";
    HeaderBlock block = of(filler.repeat(50) + "Received: late\r\n\r\n");
    assertThat(block.cut()).isTrue();
    assertThat(block.bytes().size()).isLessThanOrEqualTo(HeaderBlock.LIMIT);
    assertThat(text(block)).endsWith("y\r\n");
    assertThat(block.receivedFields()).isEqualTo(1);
  }

  @Test
  void one_line_longer_than_the_bound_leaves_nothing() {
    HeaderBlock block = of("X".repeat(HeaderBlock.LIMIT + 10) + "\r\n\r\n");
    assertThat(block.bytes().isEmpty()).isTrue();
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
  void any_division_into_buffers_gives_the_same_as_reading_octet_by_octet() {
    Random random = new Random(42);
    String[] pieces = {
      "Received: ",
      "rEceived:",
      "\r\n",
      "\r\n",
      "\r\n",
      "\r",
      "\n",
      "\t",
      " ",
      "x",
      "Message-ID:",
      "message-id: ",
      "<1@a>",
      "\u00e9",
      "X-Long: " + "z".repeat(700) + "\r\n"
    };
    for (int round = 0; round < 20_000; round++) {
      StringBuilder text = new StringBuilder();
      int most = round % 100 == 0 ? 400 : 20;
      for (int i = random.nextInt(most); i > 0; i--) {
        text.append(pieces[random.nextInt(most == 20 ? pieces.length - 1 : pieces.length)]);
      }
      byte[] message = text.toString().getBytes(StandardCharsets.ISO_8859_1);
      HeaderBlock block = new HeaderBlock();
      for (int from = 0; from < message.length; ) {
        int to = Math.min(message.length, from + 1 + random.nextInt(most == 20 ? 10 : 9_000));
        byte[] array = Arrays.copyOfRange(message, Math.max(0, from - 2), to);
        block.look(ByteBuffer.wrap(array, Math.min(2, from), to - from));
        Arrays.fill(array, (byte) '!'); // nothing of the caller's array is held
        from = to;
      }
      Slow slow = Slow.read(message);
      assertThat(block.bytes().toByteArray()).isEqualTo(slow.kept());
      assertThat(block.cut()).isEqualTo(slow.cut());
      assertThat(block.receivedFields()).isEqualTo(slow.received());
      assertThat(block.messageId()).isEqualTo(slow.messageId());
    }
  }

  /** The same, said as simply as it goes. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Slow(byte[] kept, boolean cut, int received, String messageId) {
    static Slow read(byte[] message) {
      String all = new String(message, StandardCharsets.ISO_8859_1);
      StringBuilder section = new StringBuilder();
      int received = 0;
      for (String line : all.split("(?<=\n)", -1)) {
        section.append(line);
        received += line.toLowerCase(Locale.ROOT).startsWith("received:") ? 1 : 0;
        if (line.endsWith("\n") && line.length() <= 2) {
          break;
        }
      }
      boolean cut = section.length() > HeaderBlock.LIMIT;
      String kept =
          cut
              ? section.substring(0, section.substring(0, HeaderBlock.LIMIT).lastIndexOf('\n') + 1)
              : section.toString();
      return new Slow(kept.getBytes(StandardCharsets.ISO_8859_1), cut, received, messageId(kept));
    }

    private static String messageId(String kept) {
      String unfolded = kept.replaceAll("\r?\n(?=[ \t])", "");
      for (String line : unfolded.split("\r?\n", -1)) {
        if (line.toLowerCase(Locale.ROOT).startsWith("message-id:")) {
          String value = line.substring("message-id:".length()).strip();
          return value.substring(0, Math.min(998, value.length()));
        }
      }
      return "";
    }
  }
}
