package io.postern.stack.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EndOfDataTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        ".\r\n",
        "a\r\n.\r\n",
        "a.\r\n.\r\n",
        "a\r\n..\r\n.\r\n",
        "a\r\n.b\r\n.\r\n",
        "a\r\n.\rb\r\n.\r\n",
        "a\n.\n\r\n.\r\n",
        "a\r\n.\r\r\n.\r\n",
        "\r\n.\r\n"
      })
  void isFoundInPiecesOfAnySize(String message) {
    String wire = message + "QUIT\r\n";
    for (int piece = 1; piece <= wire.length(); piece++) {
      assertThat(end(wire, piece)).as("in pieces of %d", piece).isEqualTo(message.length());
    }
  }

  @Test
  void isNotFoundInAMessageThatGoesOn() {
    assertThat(end("a\r\n..\r\n.b\r\n\r\n.\r", 3)).isEqualTo(-1);
  }

  private static int end(String wire, int piece) {
    EndOfData search = new EndOfData();
    byte[] octets = wire.getBytes(StandardCharsets.US_ASCII);
    for (int at = 0; at < octets.length; at += piece) {
      ByteBuf part = Unpooled.wrappedBuffer(octets, at, Math.min(piece, octets.length - at));
      int end = search.in(part);
      if (end >= 0) {
        return at + end;
      }
    }
    return -1;
  }
}
