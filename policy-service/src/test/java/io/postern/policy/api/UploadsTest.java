package io.postern.policy.api;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.api.ProblemException;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class UploadsTest {
  private static final Duration LONG = Duration.ofMinutes(10);

  private static InputStream text(String text) {
    return new ByteArrayInputStream(text.getBytes(US_ASCII));
  }

  /** The only place for lists was taken before the body was read. */
  @Test
  void anUploadThatDoesNotEndBlocksNoOtherOrganization() throws Exception {
    Uploads uploads = new Uploads(LONG);
    try (PipedOutputStream client = new PipedOutputStream();
        InputStream slow = new PipedInputStream(client);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<byte[]> reading = threads.submit(() -> uploads.read("contoso", slow));
      Awaitility.await()
          .until(
              () -> {
                try {
                  uploads.read("contoso", text(""));
                  return false;
                } catch (UnavailableException busy) {
                  return true;
                }
              });

      assertThat(uploads.read("fabrikam", text("anna\n"))).isEqualTo("anna\n".getBytes(US_ASCII));

      client.write("ben\n".getBytes(US_ASCII));
      client.close();
      assertThat(reading.get()).isEqualTo("ben\n".getBytes(US_ASCII));
    }
    assertThat(uploads.read("contoso", text("anna\n"))).hasSize(5);
  }

  @Test
  void anUploadByASingleOctetNowAndThenEndsAtTheLimit() throws Exception {
    Uploads uploads = new Uploads(Duration.ZERO);
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

    assertThatThrownBy(() -> uploads.read("contoso", drip))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("did not");
    assertThatThrownBy(() -> uploads.read("contoso", drip)).isInstanceOf(ProblemException.class);
  }
}
