package io.postern.certificate.mtasts;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.v1.StsPolicyState;
import io.postern.log.reading.TopicFollower;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The fold of {@code mta-sts.policies}. While the topic is read again, the states of the last
 * reading stay in use. The follower's thread writes; any thread reads.
 */
final class StateReader implements TopicFollower.View {
  private static final Logger LOG = Logger.getLogger(StateReader.class);

  private final Runnable read;
  private PolicyStates reading = new PolicyStates();
  private volatile @Nullable PolicyStates current;

  /**
   * @param read called each time when the topic has been read to its end; quick
   */
  StateReader(Runnable read) {
    this.read = read;
  }

  /** Empty: the topic has not been read to its end yet. */
  Optional<PolicyStates> states() {
    return Optional.ofNullable(current);
  }

  @Override
  public void begin() {
    reading = new PolicyStates();
  }

  @Override
  public void complete() {
    current = reading;
    read.run();
  }

  @Override
  public void take(ConsumerRecord<String, byte @Nullable []> record) {
    String domain = record.key();
    byte[] value = record.value();
    if (value == null) {
      reading.remove(domain);
      return;
    }
    try {
      StsPolicyState state = StsPolicyState.parseFrom(value);
      if (state.getDomain().equals(domain)) {
        // The replica that has published it has pushed out the others too.
        var unused = reading.put(state);
      }
    } catch (InvalidProtocolBufferException e) {
      LOG.warnf("%s offset %d cannot be read", record.topic(), record.offset());
    }
  }
}
