package io.postern.certificate.answers;

import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/** Knows whether the group has given this replica its share of the questions, none included. */
@ApplicationScoped
@Identifier("requests-assignment")
public class Assignment implements KafkaConsumerRebalanceListener {
  private volatile boolean assigned;

  boolean assigned() {
    return assigned;
  }

  @Override
  public void onPartitionsAssigned(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
    assigned = true;
  }
}
