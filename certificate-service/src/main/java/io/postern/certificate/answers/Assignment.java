package io.postern.certificate.answers;

import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/** This replica's share of the questions: whether the group has given it one, none included. */
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
