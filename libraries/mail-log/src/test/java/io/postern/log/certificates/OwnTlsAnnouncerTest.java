package io.postern.log.certificates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.OwnCertificate;
import io.postern.contracts.v1.OwnTls;
import io.postern.log.TestLog;
import io.postern.log.reading.TopicFollower;
import io.postern.log.topics.TopicsSetup;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** With a real broker. */
@Timeout(120)
class OwnTlsAnnouncerTest {
  private final List<OwnTls> told = new CopyOnWriteArrayList<>();
  private TestLog log;

  private final class Reader implements TopicFollower.View {
    @Override
    public void begin() {
      told.clear();
    }

    @Override
    public void take(ConsumerRecord<String, byte @Nullable []> record) {
      assertThat(record.key()).isEqualTo("ingress/gate:25");
      try {
        told.add(OwnTls.parseFrom(record.value()));
      } catch (InvalidProtocolBufferException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void complete() {}
  }

  @BeforeEach
  void start() {
    log = TestLog.sharedEmpty();
  }

  @AfterEach
  void stop() {
    log.close();
  }

  @Test
  void whatIsPresentedIsToldOnceAtEachChangeAndAtTheEndThatNothingIs() throws Exception {
    AtomicReference<OwnTls> presented = new AtomicReference<>(own("first"));
    TopicsSetup.createOrVerify(log.settings, TestLog.DEPLOYMENT);
    try (TopicFollower follower =
        new TopicFollower(log.settings, Topics.CERTIFICATE_OWN, new Reader())) {
      follower.start();
      try (OwnTlsAnnouncer announcer = announcer(presented::get)) {
        announcer.start();
        await().until(() -> told.size() == 1);
        presented.set(own("second"));
        await().until(() -> told.size() == 2);
      }
      await().until(() -> told.size() == 3);
    }
    assertThat(told.get(0).getCertificates(0).getName()).isEqualTo("first");
    assertThat(told.get(1).getCertificates(0).getName()).isEqualTo("second");
    assertThat(told.get(2).getCertificatesList()).isEmpty();
    assertThat(told)
        .allSatisfy(
            own -> {
              assertThat(own.getService()).isEqualTo("ingress");
              assertThat(own.getReplica()).isEqualTo("gate:25");
              assertThat(own.getAtMillis()).isPositive();
            });
    assertThat(told).extracting(OwnTls::getStartMillis).containsOnly(told.get(0).getStartMillis());
  }

  @Test
  void theFarewellOfOneThatWasReplacedTellsThatItIsAnotherStart() throws Exception {
    TopicsSetup.createOrVerify(log.settings, TestLog.DEPLOYMENT);
    try (TopicFollower follower =
            new TopicFollower(log.settings, Topics.CERTIFICATE_OWN, new Reader());
        OwnTlsAnnouncer first = announcer(() -> own("first"))) {
      follower.start();
      first.start();
      await().until(() -> told.size() == 1);
      await().until(() -> System.currentTimeMillis() > told.get(0).getStartMillis());
      OwnTlsAnnouncer second = announcer(() -> own("second"));
      second.start();
      await().until(() -> told.size() == 2);
      first.close();
      await().until(() -> told.size() == 3);
      second.close();
      await().until(() -> told.size() == 4);
    }
    assertThat(told.get(0).getStartMillis()).isPositive();
    assertThat(told.get(1).getStartMillis()).isGreaterThan(told.get(0).getStartMillis());
    assertThat(told.get(2).getStartMillis()).isEqualTo(told.get(0).getStartMillis());
    assertThat(told.get(2).getCertificatesList()).isEmpty();
    assertThat(told.get(3).getStartMillis()).isEqualTo(told.get(1).getStartMillis());
  }

  @Test
  void aLogWithoutTheTopicIsTriedAgain() throws Exception {
    try (OwnTlsAnnouncer announcer = announcer(() -> own("late"));
        TopicFollower follower =
            new TopicFollower(log.settings, Topics.CERTIFICATE_OWN, new Reader())) {
      announcer.start();
      follower.start();
      TopicsSetup.createOrVerify(log.settings, TestLog.DEPLOYMENT);
      await().until(() -> told.size() == 1);
    }
  }

  @Test
  void aRepetitionHasFingerprintsInsteadOfChains() {
    OwnCertificate.Builder certificate =
        OwnCertificate.newBuilder()
            .setName("n")
            .addChain(ByteString.copyFromUtf8("leaf"))
            .setChainFingerprint(ByteString.copyFromUtf8("f"));
    OwnTls whole = OwnTls.newBuilder().addCertificates(certificate).build();
    assertThat(OwnTlsAnnouncer.withoutChains(whole))
        .isEqualTo(OwnTls.newBuilder().addCertificates(certificate.clearChain()).build());
  }

  /** Its farewell has to come. */
  private OwnTlsAnnouncer announcer(Supplier<OwnTls> presented) {
    return new OwnTlsAnnouncer(
        log.settings,
        "ingress",
        "gate:25",
        presented,
        Duration.ofMillis(200),
        Duration.ofSeconds(30));
  }

  private static OwnTls own(String name) {
    return OwnTls.newBuilder().addCertificates(OwnCertificate.newBuilder().setName(name)).build();
  }
}
