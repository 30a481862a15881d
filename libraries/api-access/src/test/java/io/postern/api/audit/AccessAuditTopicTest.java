package io.postern.api.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.contracts.v1.AccessEvent;
import io.postern.contracts.v1.AccessEventKind;
import io.postern.service.TopicsVerified;
import io.quarkus.runtime.ShutdownEvent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/** A stop loses no event that Kafka would take. */
class AccessAuditTopicTest {
  private static final Duration LATE = Duration.ofMillis(200);

  private final MockProducer<String, byte[]> kafka =
      new MockProducer<>(false, null, new StringSerializer(), new ByteArraySerializer());
  private final AccessAuditTopic audit = new AccessAuditTopic(() -> kafka, "tested");

  private void record(String user) {
    audit.record(AccessEvent.newBuilder().setKind(AccessEventKind.SIGNED_IN).setUser(user));
  }

  private List<String> users() {
    return kafka.history().stream().map(record -> record.key()).toList();
  }

  @Test
  void anEventOnItsWayAndThoseThatWaitAreRecorded() throws Exception {
    audit.begin(new TopicsVerified(4));
    record("anna");
    record("ben");
    await().until(() -> kafka.history().size() == 1);
    audit.refused(AccessEventKind.SIGN_IN_REFUSED, "carl", "192.0.2.1", "password");
    CompletableFuture<Void> kafkaAnswers =
        CompletableFuture.runAsync(
            () -> {
              for (int sent = 1; sent <= 3; sent++) {
                int expected = sent;
                await().pollDelay(LATE).until(() -> kafka.history().size() == expected);
                kafka.completeNext();
              }
            });

    audit.stop(new ShutdownEvent());
    kafkaAnswers.get();
    assertThat(users()).containsExactlyInAnyOrder("anna", "ben", "carl");
    assertThat(kafka.closed()).isTrue();
  }

  @Test
  void aStopBeforeTheStartIsNoFailure() throws Exception {
    record("anna");
    audit.stop(new ShutdownEvent());
    assertThat(kafka.history()).isEmpty();
  }
}
