package io.postern.delivery.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.postern.contracts.v1.ContentReference;
import io.postern.contracts.v1.ContentSegment;
import io.postern.delivery.session.Dialogue;
import io.postern.delivery.session.Stage;
import io.postern.transport.SmtpConnection;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** G10: what goes out is the same whether content is stuffed or known to need none. */
class ContentWriterTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Test
  void withoutLeadingDotsTheWireIsTheSameWithAndWithoutStuffing() throws Exception {
    Random random = new Random(5321);
    int skipped = 0;
    int added = 0;
    for (int run = 0; run < 100; run++) {
      List<byte[]> segments = new ArrayList<>();
      for (int n = random.nextInt(1, 5); n > 0; n--) {
        segments.add(text(random, random.nextInt(run % 3 == 0 ? 40_000 : 60)));
      }
      List<ContentSegment> inline = segments.stream().map(ContentWriterTest::inline).toList();
      byte[] stuffed = wire(pieces(segments, random), true);
      byte[] plain = wire(pieces(segments, random), false);
      boolean none = ContentWriter.noLeadingDot(inline);
      if (none) {
        assertThat(plain).isEqualTo(stuffed);
        skipped++;
      }
      if (stuffed.length > plain.length) {
        assertThat(none).as("dots were added").isFalse();
        added++;
      }
    }
    assertThat(skipped).isGreaterThan(10);
    assertThat(added).isGreaterThan(10);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "x", "x\r\n", "\r\n", "x\n", "x\r", "\r", "\n", "x\r\r\n", "x\r\n\r\n"})
  void theEndIsTheSameWhateverStandsInFrontOfIt(String content) throws Exception {
    byte[] bytes = content.getBytes(StandardCharsets.US_ASCII);
    List<byte[]> octets = new ArrayList<>();
    for (byte octet : bytes) {
      octets.add(new byte[] {octet});
    }
    assertThat(wire(List.of(bytes), false)).isEqualTo(wire(List.of(bytes), true));
    assertThat(wire(octets, false)).isEqualTo(wire(octets, true));
  }

  @ParameterizedTest
  @ValueSource(strings = {".", ".x\r\n", "x\r\n.y\r\n", "x\r\n.", "\n.x", "\nx", "x\r"})
  void anInlineSegmentThatHasALeadingDotOrMayMakeOneIsStuffed(String segment) {
    ContentSegment inline = inline(segment.getBytes(StandardCharsets.US_ASCII));
    assertThat(ContentWriter.noLeadingDot(List.of(inline))).isFalse();
    assertThat(ContentWriter.noLeadingDot(List.of(reference(true), inline))).isFalse();
  }

  @Test
  void oneReferenceThatDoesNotSaySoIsEnough() {
    ContentSegment header = inline("Received: by x\r\n".getBytes(StandardCharsets.US_ASCII));
    assertThat(ContentWriter.noLeadingDot(List.of(header, reference(true)))).isTrue();
    assertThat(ContentWriter.noLeadingDot(List.of(header, reference(false)))).isFalse();
    assertThat(ContentWriter.noLeadingDot(List.of(reference(true), reference(false)))).isFalse();
    assertThat(ContentWriter.noLeadingDot(List.of(ContentSegment.getDefaultInstance()))).isFalse();
  }

  /** The bytes that a host receives. */
  private static byte[] wire(List<byte[]> pieces, boolean stuff) throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<byte[]> received = new CompletableFuture<>();
      Thread.startVirtualThread(
          () -> {
            try (Socket socket = listener.accept()) {
              received.complete(socket.getInputStream().readAllBytes());
            } catch (java.io.IOException e) {
              received.completeExceptionally(e);
            }
          });
      InetSocketAddress to =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.getLocalPort());
      try (SmtpConnection connection = SmtpConnection.connect(to, null, PATIENCE)) {
        Dialogue dialogue = new Dialogue(connection);
        ContentWriter writer = new ContentWriter(dialogue, PATIENCE, stuff);
        for (byte[] piece : pieces) {
          writer.write(ByteBuffer.wrap(piece));
        }
        dialogue.write(Stage.DATA, ByteBuffer.wrap(writer.flush()), PATIENCE);
        dialogue.flush(Stage.END_OF_DATA, PATIENCE);
      }
      return received.get();
    }
  }

  private static byte[] text(Random random, int length) {
    String[] words = {
      "\r\n", "x", "line", " ", ".", "..", "a.b", "\r\n.", "longer text without end"
    };
    boolean dots = random.nextInt(3) == 0;
    StringBuilder text = new StringBuilder();
    while (text.length() < length) {
      String word = words[random.nextInt(words.length)];
      if (dots || !word.contains(".")) {
        text.append(word);
      }
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static List<byte[]> pieces(List<byte[]> segments, Random random) {
    byte[] all = all(segments);
    List<byte[]> pieces = new ArrayList<>();
    for (int at = 0; at < all.length; ) {
      int to = Math.min(all.length, at + 1 + random.nextInt(random.nextBoolean() ? 3 : 30_000));
      pieces.add(java.util.Arrays.copyOfRange(all, at, to));
      at = to;
    }
    return pieces;
  }

  private static byte[] all(List<byte[]> segments) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    segments.forEach(all::writeBytes);
    return all.toByteArray();
  }

  private static ContentSegment inline(byte[] bytes) {
    return ContentSegment.newBuilder().setInline(ByteString.copyFrom(bytes)).build();
  }

  private static ContentSegment reference(boolean noLeadingDot) {
    return ContentSegment.newBuilder()
        .setReference(ContentReference.newBuilder().setNoLeadingDot(noLeadingDot))
        .build();
  }
}
