package io.postern.delivery.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.Deployment;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ConnectorValidation;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.ProbeMail;
import io.postern.contracts.v1.ProbeRequest;
import io.postern.contracts.v1.ProbeResult;
import io.postern.contracts.v1.ProbedHop;
import io.postern.contracts.v1.TlsLevel;
import io.postern.delivery.destination.DestinationsLab;
import io.postern.delivery.relay.Relay;
import io.postern.delivery.relay.RelayLab;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.ScriptedPeer;
import io.postern.lab.SharedBroker;
import io.postern.log.LogSettings;
import io.postern.log.asking.LossySender;
import io.postern.log.reading.TopicFollower;
import io.postern.log.topics.TopicsSetup;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Validations over a real log against real hosts. */
@Timeout(180)
class ProbesOverKafkaTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final RelayLab lab = new RelayLab();
  private final List<ProbeResult> results = new CopyOnWriteArrayList<>();
  private final List<ConnectorValidation> kept = new CopyOnWriteArrayList<>();
  private final List<TopicFollower> followers = new ArrayList<>();
  private LogSettings log;
  private KafkaProducer<String, byte[]> producer;
  private LossySender sender;
  private Probes probes;

  private interface Parser {
    void take(byte[] value) throws InvalidProtocolBufferException;
  }

  @BeforeEach
  void start() throws Exception {
    log = new LogSettings(Map.of("bootstrap.servers", SharedBroker.empty().bootstrap()));
    TopicsSetup.createOrVerify(log, Deployment.singleNode(2));
    follow(Topics.PROBE_RESULTS, value -> results.add(ProbeResult.parseFrom(value)));
    follow(Topics.CONNECTOR_VALIDATIONS, value -> kept.add(ConnectorValidation.parseFrom(value)));
    producer = new KafkaProducer<>(log.questioner());
    sender = new LossySender(log);
    probes =
        new Probes(
            log,
            sender,
            lab.probing(),
            new Relay(
                DestinationsLab.destinations(
                    DestinationsLab.SETTINGS, () -> false, System::nanoTime),
                lab.ofTests()),
            new SimpleMeterRegistry());
    probes.start();
  }

  @AfterEach
  void stop() {
    probes.close();
    sender.close();
    producer.close();
    followers.forEach(TopicFollower::close);
    lab.close();
  }

  private void follow(String topic, Parser parser) {
    TopicFollower follower =
        new TopicFollower(
            log,
            topic,
            new TopicFollower.View() {
              @Override
              public void begin() {}

              @Override
              public void take(ConsumerRecord<String, byte @Nullable []> record) {
                try {
                  parser.take(java.util.Objects.requireNonNull(record.value()));
                } catch (InvalidProtocolBufferException e) {
                  throw new AssertionError(e);
                }
              }

              @Override
              public void complete() {}
            });
    follower.start();
    followers.add(follower);
  }

  private static ProbeRequest.Builder request(NextHop hop, TlsLevel level) {
    return ProbeRequest.newBuilder()
        .setProbeId(UUID.randomUUID().toString())
        .setOrganization("contoso")
        .setConnector("To Fabrikam")
        .setAnyAddress(true)
        .setConnectorDigest(ByteString.copyFromUtf8("digest"))
        .addHops(ProbedHop.newBuilder().setNextHop(hop).setRequirement(RelayLab.level(level)))
        .setAskedAtMillis(1_000)
        .setDeadlineMillis(61_000);
  }

  private String ask(ProbeRequest.Builder request, Consumer<ProbeRequest.Builder> change)
      throws Exception {
    change.accept(request);
    producer
        .send(
            new ProducerRecord<>(
                Topics.PROBE_REQUESTS, request.getProbeId(), request.build().toByteArray()))
        .get(20, TimeUnit.SECONDS);
    return request.getProbeId();
  }

  private List<ProbeResult> of(String id) {
    return results.stream().filter(result -> result.getProbeId().equals(id)).toList();
  }

  private List<ProbeResult> ended(String id) {
    await().atMost(PATIENCE).until(() -> of(id).stream().anyMatch(ProbeResult::hasEnd));
    return of(id);
  }

  /** The group's first member may join behind a request: that one is lost, as any unanswered. */
  private void awaitMember() throws Exception {
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              String id =
                  ask(
                      ProbeRequest.newBuilder()
                          .setProbeId(UUID.randomUUID().toString())
                          .setDeadlineMillis(60_000),
                      request -> {});
              return waited(id);
            });
  }

  private boolean waited(String id) {
    try {
      await().atMost(Duration.ofSeconds(2)).until(() -> !of(id).isEmpty());
      return true;
    } catch (org.awaitility.core.ConditionTimeoutException e) {
      return false;
    }
  }

  private static NextHop hop(int port) {
    DeliveryRequested.Builder request = RelayLab.request(RelayLab.level(TlsLevel.OPPORTUNISTIC));
    request.getNextHopBuilder().addSmartHostsBuilder().setHost("127.0.0.1").setPort(port);
    return request.getNextHop();
  }

  @Test
  void theStepsComeInOrderAndTheEndIsKept() throws Exception {
    try (ScriptedPeer peer =
        ScriptedPeer.named("mail.fabrikam.com")
            .identity(LabCa.create("Lab").issue(Issue.to("mail.fabrikam.com")))
            .start()) {
      awaitMember();
      String id =
          ask(
              request(hop(peer.port()), TlsLevel.DOMAIN_VALIDATION).setKept(true),
              request -> {
                request.getHopsBuilder(0).addRecipients("ann@fabrikam.com");
                request.setMail(
                    ProbeMail.newBuilder()
                        .setReversePath("bob@contoso.com")
                        .setContent(ByteString.copyFromUtf8("Subject: test\r\n\r\nbody\r\n")));
              });
      List<ProbeResult> all = ended(id);
      assertThat(all.stream().map(ProbeResult::getNumber))
          .containsExactlyElementsOf(IntStream.range(0, all.size()).boxed().toList());
      assertThat(all.getLast().getEnd().getMet()).isTrue();
      assertThat(all.get(all.size() - 2).getStep().getStep()).isEqualTo("test-mail");
      assertThat(peer.messages()).hasSize(1);
      await().atMost(PATIENCE).until(() -> !kept.isEmpty());
      assertThat(kept.getFirst().getProbeId()).isEqualTo(id);
      assertThat(kept.getFirst().getEnd().getMet()).isTrue();
      assertThat(kept.getFirst().getStepsCount()).isEqualTo(all.size() - 2);
    }
  }

  @Test
  void oneMoreThanAUserMayHaveIsAnsweredAtOnceAndAnothersBegins() throws Exception {
    // Connections stand in its queue, and nobody greets.
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      awaitMember();
      List<String> ids = new ArrayList<>();
      for (String by : List.of("anna", "anna", "anna", "ben")) {
        ids.add(
            ask(
                request(hop(silent.getLocalPort()), TlsLevel.ENCRYPTION_ONLY),
                request -> request.setBy(by).setDeadlineMillis(11_000)));
      }
      for (String id : ids) {
        assertThat(ended(id).getLast().getEnd().getMet()).isFalse();
      }
      assertThat(
              ids.stream()
                  .map(id -> of(id).getLast().getEnd().getSummary())
                  .filter(
                      summary -> summary.startsWith("You have as many validations of next hops")))
          .hasSize(1);
      assertThat(
              ids.stream()
                  .flatMap(id -> of(id).stream())
                  .filter(result -> result.getStep().getStep().equals("greeting"))
                  .map(result -> result.getStep().getReason()))
          .hasSize(3)
          .containsOnly("timeout");
      assertThat(kept).isEmpty();
    }
  }

  @Test
  void aRequestWhoseAskerHasGivenUpIsSkipped() throws Exception {
    awaitMember();
    String old =
        ask(
            request(hop(1), TlsLevel.ENCRYPTION_ONLY),
            request -> request.setDeadlineMillis(request.getAskedAtMillis()));
    String fresh = ask(request(hop(1), TlsLevel.ENCRYPTION_ONLY), request -> {});
    ended(fresh);
    // Of another partition it may be read later; nothing waits for it by then.
    assertThat(of(old)).isEmpty();
  }
}
