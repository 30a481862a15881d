package io.postern.console.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.console.ManyMessages;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.MessageAccepted;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WithoutContentTest {
  /** As the builder does it, for records whose lengths have one octet and two. */
  @Test
  void allOtherFieldsStay() throws Exception {
    ManyMessages many = new ManyMessages(3);
    int lives = 0;
    while (lives++ < 50) {
      for (ConsumerRecord<String, byte @Nullable []> record : many.next(RandomLog.START)) {
        byte[] value = Objects.requireNonNull(record.value());
        if (record.topic().equals(Topics.MAIL_ACCEPTED)) {
          MessageAccepted.Builder kept = MessageAccepted.parseFrom(value).toBuilder();
          assertThat(kept.getContentCount()).isPositive();
          assertThat(MessageAccepted.parseFrom(WithoutContent.accepted(value)))
              .isEqualTo(kept.clearContent().clearHeaderBlock().build());
        } else if (record.topic().equals(Topics.MAIL_DELIVERIES)) {
          Decision.Builder kept = Decision.parseFrom(value).toBuilder();
          kept.addDeliveries(DeliveryRequested.newBuilder().setAttempt(7));
          byte[] two = kept.build().toByteArray();
          kept.getDeliveriesBuilderList().forEach(DeliveryRequested.Builder::clearContent);
          assertThat(Decision.parseFrom(WithoutContent.decision(two))).isEqualTo(kept.build());
        }
      }
    }
  }
}
