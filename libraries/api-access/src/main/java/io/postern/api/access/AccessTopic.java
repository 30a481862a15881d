package io.postern.api.access;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.UserAccess;
import io.postern.log.LogSettings;
import io.postern.log.reading.TopicFollower;
import io.postern.service.TopicsVerified;
import io.quarkus.arc.DefaultBean;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Users' roles and ended sessions from the topic {@code access}, which policy-service writes. It is
 * read to its end before anything is known; what was read stays in force while Kafka or
 * policy-service is unavailable. Memory: 1,000 local users, and 10,000 who ended a session in the
 * last hours. Any thread; one of its own reads.
 */
@DefaultBean
@Singleton
public class AccessTopic implements AccessState {
  private static final Logger LOG = Logger.getLogger(AccessTopic.class);

  private final TopicFollower follower;
  private volatile Map<String, Access> known = Map.of();
  private volatile boolean read;
  private Map<String, Access> reading = new ConcurrentHashMap<>(); // the reader's thread

  AccessTopic(LogSettings settings) {
    follower = new TopicFollower(settings, Topics.ACCESS, new View());
  }

  void begin(@Observes TopicsVerified topics) {
    follower.start();
  }

  void stop(@Observes ShutdownEvent event) {
    follower.close();
  }

  @Override
  public boolean isRead() {
    return read;
  }

  @Override
  public Optional<Access> find(String name) {
    return Optional.ofNullable(known.get(name));
  }

  /** Of all names in the topic. */
  public Map<String, Access> all() {
    return Map.copyOf(known);
  }

  private final class View implements TopicFollower.View {
    /** The former state counts until the topic was read again. */
    @Override
    public void begin() {
      reading = new ConcurrentHashMap<>();
    }

    @Override
    public void take(ConsumerRecord<String, byte @Nullable []> record) {
      if (record.key() == null) {
        LOG.errorf("%s offset %d has no user", record.topic(), record.offset());
        return;
      }
      byte[] value = record.value();
      if (value == null) {
        reading.remove(record.key());
        return;
      }
      try {
        reading.put(record.key(), Access.of(UserAccess.parseFrom(value)));
      } catch (InvalidProtocolBufferException e) {
        // Rather no access than the former one: policy-service writes it again.
        reading.put(record.key(), Access.UNKNOWN);
        LOG.errorf("%s offset %d cannot be read", record.topic(), record.offset());
      }
    }

    @Override
    public void complete() {
      known = reading;
      read = true;
    }
  }
}
