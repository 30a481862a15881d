package io.postern.delivery.mtasts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.Deployment;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.StsPolicyRequest;
import io.postern.contracts.v1.StsPolicyState;
import io.postern.lab.SharedBroker;
import io.postern.log.LogSettings;
import io.postern.log.asking.LossySender;
import io.postern.log.reading.TopicFollower;
import io.postern.log.topics.TopicsSetup;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class KafkaStsPoliciesTest extends StsPoliciesContract {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final List<StsPolicyRequest> QUESTIONS = new CopyOnWriteArrayList<>();

  private static LogSettings log;
  private static LossySender sender;
  private static KafkaStsPolicies policies;
  private static TopicFollower questions;
  private static KafkaProducer<String, byte[]> producer;

  @BeforeAll
  static void start() throws Exception {
    log = new LogSettings(Map.of("bootstrap.servers", SharedBroker.empty().bootstrap()));
    TopicsSetup.createOrVerify(log, Deployment.singleNode(2));
    sender = new LossySender(log);
    policies = new KafkaStsPolicies(log, sender);
    policies.start();
    questions = new TopicFollower(log, Topics.MTA_STS_REQUESTS, new Questions());
    questions.start();
    producer = new KafkaProducer<>(log.questioner());
    await().atMost(PATIENCE).until(policies::complete);
  }

  @AfterAll
  static void stop() {
    policies.close();
    sender.close();
    questions.close();
    producer.close();
  }

  private static final class Questions implements TopicFollower.View {
    @Override
    public void begin() {
      QUESTIONS.clear();
    }

    @Override
    public void take(ConsumerRecord<String, byte @Nullable []> record) {
      try {
        QUESTIONS.add(StsPolicyRequest.parseFrom(record.value()));
      } catch (InvalidProtocolBufferException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void complete() {}
  }

  @Override
  StsPolicies policies() {
    return policies;
  }

  @Override
  void publish(StsPolicyState state) throws Exception {
    write(state.getDomain(), state.toByteArray());
  }

  private static void write(String domain, byte @Nullable [] value) throws Exception {
    producer.send(new ProducerRecord<>(Topics.MTA_STS_POLICIES, domain, value)).get();
  }

  @Override
  long asked(String domain, String id) {
    return QUESTIONS.stream()
        .filter(q -> q.getDomain().equals(domain) && q.getId().equals(id))
        .count();
  }

  @Test
  void anotherReplicaKnowsThePolicyAfterItsStart() throws Exception {
    publish(policy("shared.example", "1"));
    try (KafkaStsPolicies other = new KafkaStsPolicies(log, sender)) {
      assertThat(other.complete()).isFalse();
      other.start();
      await().atMost(PATIENCE).until(other::complete);
      assertThat(other.known("shared.example")).isNotNull();
    }
  }

  @Test
  void aDomainOfWhichNobodyAnswersHoldsUpOneDeliveryAndNotTheNext() throws Exception {
    assertThat(policies.awaited("away.example", "1", null, Duration.ofMillis(50))).isNull();
    long began = System.nanoTime();
    assertThat(policies.awaited("away.example", "1", null, PATIENCE)).isNull();
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(PATIENCE);
  }

  @Test
  void aRecordThatCannotBeReadLeavesThePolicyBeforeInForce() throws Exception {
    publish(policy("damaged.example", "1"));
    write("damaged.example", new byte[] {1, 2, 3});
    publish(policy("behind-damaged.example", "1"));
    await().atMost(PATIENCE).until(() -> policies.known("behind-damaged.example") != null);
    await().atMost(PATIENCE).until(() -> policies.known("damaged.example") != null);
  }

  @Test
  void aPolicyThatWasRemovedIsNotKnown() throws Exception {
    publish(policy("removed.example", "1"));
    await().atMost(PATIENCE).until(() -> policies.known("removed.example") != null);
    write("removed.example", null);
    await().atMost(PATIENCE).until(() -> policies.known("removed.example") == null);
  }
}
