package io.postern.ingress.intake;

import io.postern.fuzzing.FuzzTest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The kept header section is the beginning of the content, within its bound, and the same wherever
 * buffers are cut. A long beginning is written short: {@code \x01} stands for 997 letters.
 */
final class HeaderBlockFuzzTest extends FuzzTest {
  private static final String LONG = "x".repeat(997);
  private static final int MOST = 2 * HeaderBlock.LIMIT;

  HeaderBlockFuzzTest() {
    super(
        "Received:",
        "received:",
        "Message-ID: ",
        "TLS-Required: No",
        "TLS-Required:",
        "\r\n",
        "\r\n ",
        "\n",
        "\r",
        "\r\n\r\n",
        "\n\n",
        ":",
        " :",
        "\t",
        "\1\r\n",
        "\1",
        "\0",
        "\u00e4");
  }

  @Override
  protected void take(byte[] input) {
    String text = new String(input, StandardCharsets.ISO_8859_1);
    String all = text.replace("\1", LONG);
    byte[] content =
        all.substring(0, Math.min(all.length(), MOST)).getBytes(StandardCharsets.ISO_8859_1);
    HeaderBlock whole = looked(content, content.length + 1);
    HeaderBlock cut = looked(content, 700);
    byte[] kept = whole.bytes().toByteArray();
    holds(kept.length <= HeaderBlock.LIMIT, "what is kept is bounded");
    holds(Arrays.equals(kept, Arrays.copyOf(content, kept.length)), "it is the beginning");
    holds(Arrays.equals(kept, cut.bytes().toByteArray()), "cuts change nothing of the octets");
    same(whole.cut(), cut.cut(), "cuts change nothing of the bound");
    same(whole.receivedFields(), cut.receivedFields(), "cuts change no number of fields");
    same(whole.messageId(), cut.messageId(), "cuts change no Message-ID");
    same(whole.tlsRequiredNo(), cut.tlsRequiredNo(), "cuts change no TLS-Required");
    same(whole.larger(1_000), cut.larger(1_000), "cuts change no size");
    holds(whole.messageId().length() <= 998, "a Message-ID is bounded");
    holds(
        !whole.cut() || kept.length == 0 || kept[kept.length - 1] == '\n',
        "a section that is cut ends with a line");
  }

  private static HeaderBlock looked(byte[] content, int most) {
    SplittableRandom cuts = new SplittableRandom(content.length);
    HeaderBlock block = new HeaderBlock();
    for (int at = 0; at < content.length; ) {
      int count =
          Math.min(content.length - at, most > content.length ? most : 1 + cuts.nextInt(most));
      block.look(ByteBuffer.wrap(content, at, count));
      at += count;
    }
    return block;
  }
}
