package io.postern.certificate.api;

import static io.postern.certificate.api.Administrator.admin;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;

import com.google.protobuf.ByteString;
import io.postern.certificate.Management;
import io.postern.certificate.answers.BrokerResource;
import io.postern.certificate.expiry.ExpiryNotices;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.CertificateChain;
import io.postern.contracts.v1.CertificateExpiring;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.ExpiringKind;
import io.postern.contracts.v1.HandshakeSeen;
import io.postern.contracts.v1.OwnCertificate;
import io.postern.contracts.v1.OwnCertificateState;
import io.postern.contracts.v1.OwnTls;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.log.LogSettings;
import io.postern.log.reading.TopicFollower;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The expiry watch over HTTP, as metric and as records, from a real log. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
class ExpiriesTest {
  @Inject LogSettings log;
  @Inject ExpiryNotices notices;

  private final LabCa ca = LabCa.create("Ends " + System.nanoTime());

  @BeforeEach
  void ready() {
    Administrator.awaitReady();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> admin().get("/api/v1/expiring-certificates").statusCode() == 200);
  }

  private Identity ending(String name, int days) {
    Instant now = Instant.now();
    Duration left = Duration.ofDays(days).plusHours(1);
    return ca.issue(Issue.to(name).valid(now.minus(Duration.ofHours(1)), now.plus(left)));
  }

  @Test
  void nobodyGetsInWithoutTheCredentials() {
    given().get("/api/v1/expiring-certificates").then().statusCode(401);
  }

  @Test
  void daysOutOfBoundsAreNamed() throws Exception {
    admin()
        .get("/api/v1/expiring-certificates?withinDays=0")
        .then()
        .statusCode(400)
        .body("detail", containsString("withinDays"));
  }

  @Test
  void theWatchHasAThreadOfItsOwnSoThatListsAreRefreshedMeanwhile() {
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .contains("expiries", "upkeep");
  }

  @Test
  void ownAndPartnersCertificatesAreToldInTheirBandsAndEachOnce() throws Exception {
    Identity ours = ending("gate.contoso.example", 20);
    Identity partner = ending("mail.fabrikam.example", 45);
    Identity later = ending("mail.later.example", 70);
    own(ours);
    seen(partner);
    seen(later);
    handshake(partner, "mail.fabrikam.example");
    await().atMost(Duration.ofSeconds(20)).until(() -> entries(80).containsKey(fp(later)));
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> entries(60).get(fp(partner)) != null && entries(60).containsKey(fp(ours)));

    Map<String, Map<String, Object>> near = entries(60);
    assertThat(near).doesNotContainKey(fp(later));
    assertThat(near.get(fp(ours)))
        .containsEntry("kind", "own")
        .containsEntry("band", "within-30-days")
        .containsEntry("daysLeft", 20)
        .containsEntry("where", List.of("server (current)"));
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThat(entries(60).get(fp(partner)))
                    .containsEntry("kind", "partner")
                    .containsEntry("band", "within-60-days")
                    .containsEntry(
                        "where",
                        List.of("contoso / Fabrikam: mail.fabrikam.example", "sends to us")));

    try (Records records = new Records(log)) {
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () -> {
                notices.look();
                return records.newest.containsKey("own/" + fp(ours) + "/30")
                    && records.newest.containsKey("partner/" + fp(partner) + "/60");
              });
      CertificateExpiring told =
          Objects.requireNonNull(records.newest.get("partner/" + fp(partner) + "/60"));
      assertThat(told.getKind()).isEqualTo(ExpiringKind.PARTNER_EXPIRING);
      assertThat(told.getWithinDays()).isEqualTo(60);
      assertThat(told.getSubject()).contains("mail.fabrikam.example");
      notices.look();
      notices.look();
      int before = all(60).size();
      await().atMost(Duration.ofSeconds(20)).until(() -> records.count.get() >= before);
      own(ending("gate.contoso.example", 10));
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () -> {
                notices.look();
                return records.count.get() > before;
              });
      // One is new; what was told before is not told again.
      assertThat(records.count.get()).isEqualTo(before + 1);
    }
    assertThat(given().get(Management.uri() + "/metrics").asString())
        .contains("postern_certificate_expiring{band=\"within-60-days\",kind=\"partner\"");
  }

  private static String fp(Identity identity) {
    return Fingerprints.hex(Fingerprints.sha256(identity.der().getFirst()));
  }

  private static List<Map<String, Object>> all(int days) throws Exception {
    return admin()
        .get("/api/v1/expiring-certificates?withinDays=" + days)
        .then()
        .statusCode(200)
        .extract()
        .jsonPath()
        .getList("certificates");
  }

  private static Map<String, Map<String, Object>> entries(int days) throws Exception {
    Map<String, Map<String, Object>> byFingerprint = new ConcurrentHashMap<>();
    all(days).forEach(entry -> byFingerprint.put(String.valueOf(entry.get("sha256")), entry));
    return byFingerprint;
  }

  private void own(Identity identity) throws Exception {
    OwnCertificate.Builder own =
        OwnCertificate.newBuilder()
            .setRole(CertificateRole.ROLE_SERVER)
            .setState(OwnCertificateState.PRESENTED)
            .addChain(ByteString.copyFrom(identity.der().getFirst()));
    OwnTls tls =
        OwnTls.newBuilder()
            .setService("ingress")
            .setReplica("ends:25")
            .setAtMillis(System.currentTimeMillis())
            .addCertificates(own)
            .build();
    send(Topics.CERTIFICATE_OWN, "ingress/ends:25", tls.toByteArray());
  }

  private void seen(Identity identity) throws Exception {
    byte[] fingerprint = Fingerprints.chain(List.of(identity.der().getFirst()));
    CertificateChain chain =
        CertificateChain.newBuilder()
            .setFingerprint(ByteString.copyFrom(fingerprint))
            .addCertificates(ByteString.copyFrom(identity.der().getFirst()))
            .setRole(CertificateRole.ROLE_CLIENT)
            .setFirstSeenMillis(System.currentTimeMillis())
            .setLastUsedMillis(System.currentTimeMillis())
            .build();
    send(Topics.CERTIFICATE_CHAINS, Fingerprints.hex(fingerprint), chain.toByteArray());
  }

  private void handshake(Identity identity, String peer) throws Exception {
    HandshakeSeen seen =
        HandshakeSeen.newBuilder()
            .setPeer(peer)
            .setChainFingerprint(
                ByteString.copyFrom(Fingerprints.chain(List.of(identity.der().getFirst()))))
            .setOrganization("contoso")
            .setConnector("Fabrikam")
            .setLastSeenMillis(System.currentTimeMillis())
            .build();
    send(Topics.CERTIFICATE_HANDSHAKES, peer, seen.toByteArray());
  }

  private void send(String topic, String key, byte[] value) throws Exception {
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(log.producer())) {
      producer.send(new ProducerRecord<>(topic, key, value)).get();
    }
  }

  /** What was written to certificate.expiries. */
  private static final class Records implements TopicFollower.View, AutoCloseable {
    final Map<String, CertificateExpiring> newest = new ConcurrentHashMap<>();
    final AtomicInteger count = new AtomicInteger();
    private final TopicFollower follower;

    Records(LogSettings log) {
      follower = new TopicFollower(log, Topics.CERTIFICATE_EXPIRIES, this);
      follower.start();
    }

    @Override
    public void begin() {}

    @Override
    public void take(ConsumerRecord<String, byte @Nullable []> record) {
      try {
        newest.put(record.key(), CertificateExpiring.parseFrom(record.value()));
        count.incrementAndGet();
      } catch (com.google.protobuf.InvalidProtocolBufferException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void complete() {}

    @Override
    public void close() {
      follower.close();
    }
  }
}
