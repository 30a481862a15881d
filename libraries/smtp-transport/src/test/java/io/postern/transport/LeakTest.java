package io.postern.transport;

import static io.postern.transport.Wire.get;
import static io.postern.transport.Wire.hear;
import static io.postern.transport.Wire.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.contracts.v1.TlsVersion;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class LeakTest {

  @Test
  void everyEndOfASessionReleasesItsEngine() throws Exception {
    try (Wire wire = new Wire()) {
      TlsServer server = wire.closing(new TlsServer(TestCa.EC));
      TlsClient client = wire.closing(new TlsClient(TestCa.CLIENT_EC, TlsVersion.TLS_1_2));
      TlsClient strict = wire.closing(new TlsClient(null, TlsVersion.TLS_1_3));
      TlsServer old =
          wire.closing(
              new TlsServer(
                  TlsServerOptions.DEFAULT.withVersions(TlsVersion.TLS_1_2, TlsVersion.TLS_1_2),
                  TestCa.EC));
      for (int i = 0; i < 60; i++) {
        int kind = i % 3;
        Future<Boolean> accepted =
            wire.accept(
                c -> {
                  c.startTls(kind == 0 ? old : server);
                  say(c, hear(c));
                  return c.fill() < 0;
                });
        Future<Boolean> connected =
            wire.connect(
                c -> {
                  c.startTls(kind == 0 ? strict : client, "mx.example");
                  say(c, "hello");
                  hear(c);
                  if (kind == 1) {
                    c.abort();
                  }
                  return true;
                });
        try {
          get(connected);
          get(accepted);
        } catch (TlsHandshakeException e) {
          assertThat(kind).isZero();
        }
      }
      server.reload(TestCa.RSA);
    }
    leakOne(); // shows that a leak would be found by now
    await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              System.gc();
              try (TlsServer looksForLeaks = new TlsServer(TestCa.EC)) {
                ((io.netty.util.ReferenceCounted) looksForLeaks.newEngine(ByteBuffer.allocate(0)))
                    .release();
              }
              return Leaks.FOUND.stream()
                  .anyMatch(l -> l.startsWith("ReferenceCountedOpenSslEngine"));
            });
    assertThat(Leaks.FOUND)
        .allMatch(leak -> leak.contains("leakOne")); // and none of the tests before
  }

  private static void leakOne() {
    try (TlsServer server = new TlsServer(TestCa.EC)) {
      assertThat(server.newEngine(ByteBuffer.allocate(0))).isNotNull();
    }
  }
}
