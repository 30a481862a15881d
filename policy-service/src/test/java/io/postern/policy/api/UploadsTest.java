package io.postern.policy.api;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.api.ProblemException;
import io.postern.bounds.Bound;
import io.postern.bounds.Holder;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class UploadsTest {
  private static final Duration LONG = Duration.ofMinutes(10);

  private final Uploads uploads = new Uploads(LONG);

  private static InputStream text(String text) {
    return new ByteArrayInputStream(text.getBytes(US_ASCII));
  }

  private static Holder holder(String organization) {
    return new Holder("anna of " + organization, organization);
  }

  private static byte[] read(Uploads uploads, String organization, InputStream text)
      throws Exception {
    try (Uploads.Body body = uploads.read(holder(organization), text)) {
      return body.stream().readAllBytes();
    }
  }

  @Test
  void theBodyIsAsItCame() throws Exception {
    for (int size : new int[] {0, 1, 65_535, 65_536, 65_537, 300_000}) {
      byte[] bytes = new byte[size];
      new Random(size).nextBytes(bytes);
      assertThat(read(uploads, "contoso", new ByteArrayInputStream(bytes))).isEqualTo(bytes);
    }
  }

  /** The only place for lists was taken before the body was read. */
  @Test
  void anUploadThatDoesNotEndBlocksNoOtherOrganization() throws Exception {
    try (PipedOutputStream client = new PipedOutputStream();
        InputStream slow = new PipedInputStream(client);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<byte[]> reading = threads.submit(() -> read(uploads, "contoso", slow));
      Awaitility.await()
          .until(
              () -> {
                try {
                  read(uploads, "contoso", text(""));
                  return false;
                } catch (ProblemException busy) {
                  return true;
                }
              });

      assertThat(read(uploads, "fabrikam", text("anna\n"))).isEqualTo("anna\n".getBytes(US_ASCII));

      client.write("ben\n".getBytes(US_ASCII));
      client.close();
      assertThat(reading.get()).isEqualTo("ben\n".getBytes(US_ASCII));
    }
    assertThat(read(uploads, "contoso", text("anna\n"))).hasSize(5);
  }

  @Test
  void bodiesTogetherStayWithinTheirBytesAndGiveThemBack() throws Exception {
    byte[] most = new byte[(int) Bound.UPLOADED_BYTES.all() * 2 / 3];
    for (int i = 0; i < 3; i++) {
      try (Uploads.Body body = uploads.read(holder("contoso"), new ByteArrayInputStream(most))) {
        assertThat(body.stream().available()).isPositive();
        assertThatThrownBy(() -> uploads.read(holder("fabrikam"), new ByteArrayInputStream(most)))
            .isInstanceOf(ProblemException.class);
        assertThat(read(uploads, "fabrikam", text("anna\n"))).hasSize(5);
      }
    }
  }

  @Test
  void anUploadByASingleOctetNowAndThenEndsAtTheLimit() {
    Uploads impatient = new Uploads(Duration.ZERO);
    InputStream drip =
        new InputStream() {
          @Override
          public int read() {
            return 'a';
          }

          @Override
          public int read(byte[] into, int offset, int length) {
            into[offset] = 'a';
            return 1;
          }
        };

    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> impatient.read(holder("contoso"), drip))
          .isInstanceOf(ProblemException.class)
          .hasMessageContaining("did not");
    }
  }
}
