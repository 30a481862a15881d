package io.postern.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.contracts.Topics;
import io.postern.log.LogSettings;
import io.postern.log.sending.RecordSink;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * S3: handshakes with the broker fail, first since the service's certificate has expired, then
 * since its authority is another. An idempotent producer ends with the first of them, and a channel
 * makes no other: TLS reports would then stop until a restart.
 */
@QuarkusTest
@TestProfile(RecordChannelTest.WithChannel.class)
@QuarkusTestResource(value = TlsBroker.class, restrictToAnnotatedClass = true)
class RecordChannelTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** A service with the channel. A connection that was idle for five seconds is closed. */
  public static final class WithChannel implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "mp.messaging.outgoing.records.connector", "smallrye-kafka",
          "mp.messaging.outgoing.records.connections.max.idle.ms", "5000",
          "mp.messaging.outgoing.records.delivery.timeout.ms", "15000",
          "postern.link.look-seconds", "1");
    }
  }

  @Inject RecordSink records;
  @Inject LogSettings settings;

  @Test
  void tlsSessionsArePublishedAgainOnceTheCertificateIsRenewed() throws Exception {
    await().atMost(PATIENCE).until(this::refused);
    TlsBroker.renewClient();
    await().atMost(PATIENCE).until(this::written);
    long before = ends();
    assertThat(before).isPositive();

    TlsBroker.estrangeClient();
    await().atMost(PATIENCE).pollInterval(Duration.ofSeconds(7)).until(this::refused);
    TlsBroker.renewClient();
    await().atMost(PATIENCE).until(this::written);
    assertThat(ends()).isGreaterThan(before);
  }

  private boolean refused() throws Exception {
    return failure() != null;
  }

  /** False: the topic may not have been made yet. */
  private boolean written() throws Exception {
    return failure() == null;
  }

  /** Null: it was written. */
  private @Nullable Throwable failure() throws InterruptedException, TimeoutException {
    try {
      records
          .send(Topics.TLS_SESSIONS, "contoso.example", new byte[] {1})
          .toCompletableFuture()
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      return null;
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }

  private long ends() throws Exception {
    try (Admin admin = Admin.create(settings.admin())) {
      return TlsBroker.records(admin, Topics.TLS_SESSIONS);
    }
  }
}
