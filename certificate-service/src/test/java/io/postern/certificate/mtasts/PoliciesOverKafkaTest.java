package io.postern.certificate.mtasts;

import static io.restassured.RestAssured.given;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import com.google.protobuf.InvalidProtocolBufferException;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.certificate.AccessForTests;
import io.postern.certificate.Management;
import io.postern.certificate.answers.BrokerResource;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.StsPolicyRequest;
import io.postern.contracts.v1.StsPolicyState;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.LabProxy;
import io.postern.log.LogSettings;
import io.postern.log.reading.TopicFollower;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The whole service on a real broker; policies from real https servers. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
@WithTestResource(PolicyWorld.class)
class PoliciesOverKafkaTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final AtomicInteger DOMAINS = new AtomicInteger();

  @Inject LogSettings log;
  @Inject StsPolicies policies;
  @Inject MeterRegistry meters;

  @ConfigProperty(name = "postern.test.broker")
  String broker = "";

  @PolicyWorld.Given @Nullable LabProxy proxy;
  @PolicyWorld.Given @Nullable LabCa ca;

  private final String domain = "d" + DOMAINS.incrementAndGet() + "-fabrikam.example";
  private final States states = new States();
  private final List<AutoCloseable> closing = new ArrayList<>();

  @BeforeEach
  void follow() {
    await().atMost(Duration.ofSeconds(60)).until(policies::isRead); // there is the topic
    TopicFollower follower = new TopicFollower(log, Topics.MTA_STS_POLICIES, states);
    follower.start();
    closing.add(follower);
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : closing) {
      each.close();
    }
  }

  private PolicyServer server() {
    PolicyServer server =
        new PolicyServer(
            domain, requireNonNull(ca).issue(Issue.to("mta-sts." + domain)), requireNonNull(proxy));
    closing.add(server);
    return server;
  }

  private void send(String topic, String key, byte[] value) throws Exception {
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(log.producer())) {
      producer.send(new ProducerRecord<>(topic, key, value)).get();
    }
  }

  private void ask(String id) throws Exception {
    StsPolicyRequest request =
        StsPolicyRequest.newBuilder()
            .setDomain(domain)
            .setId(id)
            .setAtMillis(System.currentTimeMillis())
            .build();
    send(Topics.MTA_STS_REQUESTS, domain, request.toByteArray());
  }

  /** As another replica has published it. */
  private StsPolicyState published(Duration age, Duration maxAge) throws Exception {
    long then = System.currentTimeMillis() - age.toMillis();
    StsPolicyState state =
        StsPolicyState.newBuilder()
            .setDomain(domain)
            .setId("former")
            .setMode("enforce")
            .addMx("former.fabrikam.example")
            .setMaxAgeSeconds(maxAge.toSeconds())
            .setFetchedMillis(then)
            .setAskedMillis(then)
            .build();
    send(Topics.MTA_STS_POLICIES, domain, state.toByteArray());
    await().atMost(PATIENCE).until(() -> policies.state(domain).isPresent());
    return state;
  }

  private StsPolicyState state(String id) {
    await().atMost(PATIENCE).until(() -> states.get(domain).getId().equals(id));
    return states.get(domain);
  }

  private StsPolicyState failure() {
    await().atMost(PATIENCE).until(() -> states.get(domain).hasFailure());
    return states.get(domain);
  }

  private double count(String name, String tag, String value) {
    return meters.counter(name, tag, value).count();
  }

  private RequestSpecification admin() throws IOException {
    return given().header("Authorization", AccessForTests.bearer("admin", "operator"));
  }

  private static String metrics() {
    return given().get(Management.uri() + "/metrics").asString();
  }

  @Test
  void aPolicyIsFetchedOnceForAllWhoAsk() throws Exception {
    PolicyServer server = server();
    double known = count("postern.certificate.sts.requests", "fate", "known");
    ask("20261127");
    StsPolicyState state = state("20261127");
    assertThat(state.getMode()).isEqualTo("enforce");
    assertThat(state.getMxList()).containsExactly("mail.fabrikam.example", "*.fabrikam.example");
    assertThat(state.getMaxAgeSeconds()).isEqualTo(604_800);
    assertThat(state.getFetchedMillis()).isCloseTo(System.currentTimeMillis(), within(PATIENCE));
    assertThat(state.hasFailure()).isFalse();
    ask("20261127");
    ask("other"); // ids by turns
    await()
        .atMost(PATIENCE)
        .until(() -> count("postern.certificate.sts.requests", "fate", "known") == known + 2);
    assertThat(server.asked()).isEqualTo(1);
    assertThat(states.count(domain)).isEqualTo(1);
    admin()
        .get("/api/v1/mta-sts-policies/" + domain)
        .then()
        .statusCode(200)
        .body("domain", equalTo(domain))
        .body("inForce", equalTo(true))
        .body("id", equalTo("20261127"))
        .body("mx[1]", equalTo("*.fabrikam.example"))
        .body("failure", nullValue());
  }

  @Test
  void aFailureLeavesTheFormerPolicyInForceAndRests() throws Exception {
    PolicyServer server = server();
    server.answers(exchange -> exchange.sendResponseHeaders(404, -1));
    StsPolicyState former = published(Duration.ofDays(2), Duration.ofDays(10));
    double resting = count("postern.certificate.sts.requests", "fate", "resting");
    ask("new");
    StsPolicyState failed = failure();
    assertThat(failed.toBuilder().clearFailure().setAskedMillis(former.getAskedMillis()).build())
        .isEqualTo(former);
    assertThat(failed.getFailure().getId()).isEqualTo("new");
    assertThat(failed.getFailure().getResultType()).isEqualTo("sts-policy-fetch-error");
    assertThat(failed.getFailure().getDetail()).contains("404");
    assertThat(failed.getFailure().getNextMillis() - failed.getFailure().getAtMillis())
        .isEqualTo(300_000);
    ask("new");
    ask("newer");
    await()
        .atMost(PATIENCE)
        .until(() -> count("postern.certificate.sts.requests", "fate", "resting") == resting + 2);
    assertThat(server.asked()).isEqualTo(1);
    admin()
        .get("/api/v1/mta-sts-policies/" + domain)
        .then()
        .statusCode(200)
        .body("inForce", equalTo(true))
        .body("id", equalTo("former"))
        .body("failure.resultType", equalTo("sts-policy-fetch-error"));
    admin()
        .get("/api/v1/mta-sts-policies")
        .then()
        .statusCode(200)
        .body("total", equalTo(policies.all().size()))
        .body("policies[0].domain", equalTo(domain)); // none else fails and is in force
    policies.upkeep();
    assertThat(metrics())
        .contains("postern_certificate_sts_policies{state=\"failing\"}")
        .contains("postern_certificate_sts_fetches_total{result=\"sts-policy-fetch-error\"}");
  }

  @Test
  void aDomainWithoutAPolicyHasItsFailureOnly() throws Exception {
    ask("1"); // the proxy knows no such host
    StsPolicyState state = failure();
    assertThat(state.getId()).isEmpty();
    assertThat(state.getMode()).isEmpty();
    assertThat(state.getFailure().getResultType()).isEqualTo("sts-policy-fetch-error");
    admin()
        .get("/api/v1/mta-sts-policies/" + domain)
        .then()
        .statusCode(200)
        .body("inForce", equalTo(false))
        .body("id", nullValue());
  }

  @Test
  void aPolicyInForceIsFetchedAgainAheadWithoutARequest() throws Exception {
    PolicyServer server = server();
    StsPolicyState former = published(Duration.ofDays(1), Duration.ofDays(10));
    policies.upkeep();
    await().atMost(PATIENCE).until(() -> states.get(domain).getMaxAgeSeconds() == 604_800);
    StsPolicyState state = states.get(domain);
    assertThat(state.getId()).isEqualTo("former");
    assertThat(state.getAskedMillis()).isEqualTo(former.getAskedMillis());
    assertThat(state.getFetchedMillis()).isGreaterThan(former.getFetchedMillis());
    policies.upkeep();
    assertThat(server.asked()).isEqualTo(1);
  }

  @Test
  void aPolicyThatEndedLongAgoIsRemoved() throws Exception {
    published(Duration.ofDays(30), Duration.ofDays(10));
    policies.upkeep();
    await().atMost(PATIENCE).until(() -> states.removed(domain));
    admin()
        .get("/api/v1/mta-sts-policies/" + domain)
        .then()
        .statusCode(404)
        .body("detail", containsString("_mta-sts." + domain));
  }

  /** What was fetched is in force here, and for all when the log is back. */
  @Test
  void aLogThatIsAwayLosesNoPolicy() throws Exception {
    PolicyServer server = server();
    CountDownLatch fetching = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    server.answers(
        exchange -> {
          fetching.countDown();
          try {
            answer.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          PolicyServer.send(exchange, PolicyServer.POLICY);
        });
    double lost = meters.counter("postern.certificate.records.lost").count();
    ask("1");
    fetching.await();
    signal("STOP");
    try {
      answer.countDown();
      await()
          .atMost(PATIENCE)
          .until(() -> meters.counter("postern.certificate.records.lost").count() > lost);
      assertThat(policies.state(domain)).hasValueSatisfying(p -> assertThat(p.inForce()).isTrue());
    } finally {
      signal("CONT");
    }
    policies.upkeep();
    assertThat(state("1").getMode()).isEqualTo("enforce");
    assertThat(server.asked()).isEqualTo(1);
  }

  @Test
  void aRequestThatIsNoneIsCountedAndAsksNobody() throws Exception {
    double malformed = count("postern.certificate.sts.requests", "fate", "malformed");
    int asked = requireNonNull(proxy).asked().size();
    for (Map.Entry<String, String> each :
        List.of(
            Map.entry("localhost", "1"),
            Map.entry("127.0.0.1:25/x.example", "1"),
            Map.entry("Fabrikam.example", "1"),
            Map.entry(domain, "no-id"),
            Map.entry(domain, ""))) {
      StsPolicyRequest request =
          StsPolicyRequest.newBuilder().setDomain(each.getKey()).setId(each.getValue()).build();
      send(Topics.MTA_STS_REQUESTS, each.getKey(), request.toByteArray());
    }
    send(Topics.MTA_STS_REQUESTS, domain, new byte[] {1, 2, 3});
    await()
        .atMost(PATIENCE)
        .until(
            () -> count("postern.certificate.sts.requests", "fate", "malformed") == malformed + 6);
    assertThat(requireNonNull(proxy).asked()).hasSize(asked);
  }

  @Test
  void administratorsAloneAskAndByADomain() throws Exception {
    given().get("/api/v1/mta-sts-policies/" + domain).then().statusCode(401);
    given().get("/api/v1/mta-sts-policies").then().statusCode(401);
    admin()
        .get("/api/v1/mta-sts-policies/no_domain")
        .then()
        .statusCode(400)
        .body("detail", containsString("domain"));
  }

  private static org.assertj.core.data.Offset<Long> within(Duration time) {
    return org.assertj.core.data.Offset.offset(time.toMillis());
  }

  private void signal(String name) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, broker).inheritIO().start();
    assertThat(kill.waitFor()).isZero();
  }

  /** The records of the topic. */
  private static final class States implements TopicFollower.View {
    private final Map<String, StsPolicyState> newest = new ConcurrentHashMap<>();
    private final Map<String, Integer> counts = new ConcurrentHashMap<>();

    StsPolicyState get(String domain) {
      return newest.getOrDefault(domain, StsPolicyState.getDefaultInstance());
    }

    int count(String domain) {
      return counts.getOrDefault(domain, 0);
    }

    boolean removed(String domain) {
      return counts.containsKey(domain) && !newest.containsKey(domain);
    }

    @Override
    public void begin() {
      newest.clear();
      counts.clear();
    }

    @Override
    public void take(ConsumerRecord<String, byte @Nullable []> record) {
      counts.merge(record.key(), 1, Integer::sum);
      byte[] value = record.value();
      try {
        if (value == null) {
          newest.remove(record.key());
        } else {
          newest.put(record.key(), StsPolicyState.parseFrom(value));
        }
      } catch (InvalidProtocolBufferException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void complete() {}
  }
}
