package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.QueueId;
import io.postern.lab.PeerStage;
import io.postern.lab.PeerStep;
import io.postern.lab.ScriptedPeer;
import io.postern.lab.SmtpClient;
import io.postern.operator.trace.MailTrace;
import io.postern.smtp.Reply;
import io.postern.stack.LocalStack;
import io.postern.stack.Processes;
import io.postern.stack.Replica;
import io.postern.stack.Service;
import io.postern.stack.Size;
import io.postern.stack.process.ManagedProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * G7 and the life of a service: started in any order, before the broker too; ended by SIGTERM; the
 * broker away for a while. Nothing is lost by any of it, as the audit says at the end.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServiceLifeTest {
  private static final Duration READY = Duration.ofSeconds(90);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int GONE = 0; // it does not listen, or went while it answered
  private static final int NO_ANSWER = -1; // none so far
  private static final Duration STOP = Duration.ofSeconds(40); // what docker compose grants

  /** How long the broker is away; {@code -De2e.outage=PT10M} for the ten minutes of the promise. */
  private static final Duration OUTAGE = Duration.parse(System.getProperty("e2e.outage", "PT40S"));

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
  private TestStack stack;
  private TestOrganization organization;
  private ScriptedPeer partner;
  private String recipient;

  @BeforeAll
  void ownStack() throws Exception {
    stack =
        TestStack.start(
            Processes.of(Size.SMALL)
                .settings(Service.POLICY, Map.of("postern.schedule.intervals", "1s,2s,5s")));
    stack.processes().replicas().forEach(replica -> replica.process().restartByItself(false));
    organization = stack.organization("life");
    String domain = organization.id() + "-partner.example";
    String host = "mx." + domain;
    recipient = "office@" + domain;
    partner = organization.peer(ScriptedPeer.named(host).identity(organization.identity(host)));
    organization
        .outboundTo(partner, domain, "tlsSettings: domainValidation, tlsDomain: " + host)
        .apply();
  }

  @AfterEach
  void asUsual() {
    partner.asUsual();
  }

  @AfterAll
  void accountAndEnd() throws Exception {
    try {
      stack.assertAuditClean();
    } finally {
      organization.close();
      stack.close();
    }
  }

  private ManagedProcess process(Service service) {
    return stack.processes().process(service);
  }

  private int status(Service service, String health) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:"
                        + stack.processes().managementPort(service)
                        + "/q/health/"
                        + health))
            .timeout(Duration.ofSeconds(10))
            .build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    } catch (HttpTimeoutException e) {
      return NO_ANSWER;
    } catch (IOException e) {
      return GONE;
    }
  }

  private void awaitReady() {
    for (Replica replica : stack.processes().replicas()) {
      Awaitility.await(replica.name())
          .atMost(READY)
          .until(() -> LocalStack.ready(replica.managementPort()));
    }
  }

  private void awaitNotReady(Service service) {
    Awaitility.await(service + " cannot do its work, and says so")
        .atMost(PATIENCE)
        .until(() -> status(service, "ready") == 503);
  }

  private void awaitDelivered(QueueId queueId) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(300))
        .untilAsserted(
            () -> assertThat(organization.outcome(queueId, recipient)).startsWith("delivered"));
  }

  /** SIGTERM, as an orchestrator sends it. */
  private void terminate(Service service) {
    ProcessHandle.of(process(service).pid()).orElseThrow().destroy();
  }

  private void awaitEnd(Service service) {
    Awaitility.await(service + " ends").atMost(STOP).until(() -> !process(service).alive());
  }

  private long arrived(String subject) throws IOException {
    long count = 0;
    for (var message : partner.messages()) {
      if (new String(message.content(), StandardCharsets.UTF_8)
          .contains("Subject: " + subject + "\r\n")) {
        count++;
      }
    }
    return count;
  }

  private QueueId send(String subject) throws Exception {
    return organization.relayed(List.of(recipient), Messages.small(subject));
  }

  @Test
  void servicesThatStartBeforeTheBrokerWaitForIt() throws Exception {
    for (Service service : Service.OF_MAIL) {
      process(service).killAndWait();
    }
    stack.processes().brokers().stop();
    for (Service service :
        List.of(Service.DELIVERY, Service.INGRESS, Service.CERTIFICATE, Service.POLICY)) {
      process(service).start();
    }
    for (Service service : Service.OF_MAIL) {
      Awaitility.await(service + " lives without a broker")
          .atMost(READY)
          .until(() -> status(service, "live") == 200);
      Awaitility.await(service + " is not ready, and says so")
          .atMost(PATIENCE)
          .until(
              () -> {
                int ready = status(service, "ready");
                assertThat(ready).as(service + " is ready").isIn(503, NO_ANSWER);
                return ready == 503;
              });
    }
    stack.processes().brokers().restart();
    awaitReady();
    awaitDelivered(send("after the broker came"));
  }

  @Test
  void eachServiceMayComeLast() throws Exception {
    for (Service last : Service.OF_MAIL) {
      process(last).killAndWait();
      process(last).start();
      Awaitility.await(last.toString())
          .atMost(READY)
          .until(() -> LocalStack.ready(stack.processes().managementPort(last)));
      awaitDelivered(send("after " + last));
    }
  }

  @Test
  void whatIsPastItsDotWhenDeliveryIsEndedIsDeliveredOnce() throws Exception {
    partner.next(PeerStage.END_OF_DATA, PeerStep.hang());
    QueueId queueId = send("past the dot");
    awaitHanging(PeerStage.END_OF_DATA);
    terminate(Service.DELIVERY);
    // The host takes its time; the service has nothing else to wait for.
    awaitNotReadyOrGone(Service.DELIVERY);
    partner.release();
    awaitEnd(Service.DELIVERY);
    process(Service.DELIVERY).start();
    awaitReady();
    awaitDelivered(queueId);
    MailTrace trace = stack.trace(queueId);
    assertThat(trace.deliveries()).as("one attempt").hasSize(1);
    assertThat(arrived("past the dot")).isEqualTo(1);
  }

  @Test
  void whatIsBeforeItsDotWhenDeliveryIsEndedIsLeftToItsNextOwner() throws Exception {
    partner.next(PeerStage.RCPT, PeerStep.hang());
    QueueId queueId = send("before the dot");
    awaitHanging(PeerStage.RCPT);
    terminate(Service.DELIVERY);
    awaitEnd(Service.DELIVERY);
    partner.release();
    assertThat(arrived("before the dot")).isZero();
    process(Service.DELIVERY).start();
    awaitReady();
    awaitDelivered(queueId);
    assertThat(arrived("before the dot")).isEqualTo(1);
  }

  private void awaitHanging(PeerStage stage) {
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () ->
                partner.sessions().getLast().lines().stream()
                    .anyMatch(line -> line.contains("hangs at " + stage)));
  }

  private void awaitNotReadyOrGone(Service service) {
    Awaitility.await()
        .atMost(STOP)
        .until(
            () -> {
              int ready = status(service, "ready");
              return ready != 200 && ready != NO_ANSWER;
            });
  }

  @Test
  void aMessageUnderWayWhenIngressIsEndedIsTakenAndAnIdleSessionHears421() throws Exception {
    try (SmtpClient idle = organization.connectTls(null).patience(STOP);
        SmtpClient sending = organization.connectTls(organization.ownServer()).patience(STOP)) {
      assertThat(sending.command("MAIL FROM:<sender@" + organization.domain() + ">").code())
          .isEqualTo(250);
      assertThat(sending.command("RCPT TO:<" + recipient + ">").code()).isEqualTo(250);
      assertThat(sending.command("DATA").code()).isEqualTo(354);
      sending.raw("Subject: in progress\r\n\r\nfirst\r\n");
      terminate(Service.INGRESS);
      assertThat(idle.reply().code()).isEqualTo(421);
      sending.raw("second\r\n.\r\n");
      Reply taken = sending.reply();
      QueueId queueId = TestOrganization.queueId(taken);
      awaitEnd(Service.INGRESS);
      awaitDelivered(queueId);
    } finally {
      process(Service.INGRESS).start();
      awaitReady();
    }
    assertThat(arrived("in progress")).isEqualTo(1);
  }

  @Test
  void whatPolicyHasReadWhenItIsEndedIsDecidedOnce() throws Exception {
    QueueId before = send("before policy ends");
    terminate(Service.POLICY);
    QueueId meanwhile = send("while policy ends");
    awaitEnd(Service.POLICY);
    process(Service.POLICY).start();
    awaitReady();
    awaitDelivered(before);
    awaitDelivered(meanwhile);
    for (QueueId queueId : List.of(before, meanwhile)) {
      assertThat(stack.trace(queueId).deliveries()).hasSize(1);
    }
  }

  @Test
  void aBrokerThatIsAwayForAWhileCostsNoServiceItsLifeAndNoMail() throws Exception {
    partner.on(PeerStage.RCPT, PeerStep.answer(451, "4.3.0", "not now"));
    QueueId waiting = send("waits while the broker is away");
    Awaitility.await().atMost(PATIENCE).until(() -> !stack.trace(waiting).outcomes().isEmpty());
    long[] pids = new long[Service.OF_MAIL.size()];
    for (Service service : Service.OF_MAIL) {
      pids[service.ordinal()] = process(service).pid();
    }
    stack.processes().brokers().kill();
    long end = System.nanoTime() + OUTAGE.toNanos();
    awaitNotReady(Service.INGRESS);
    awaitNotReady(Service.POLICY);
    awaitNotReady(Service.DELIVERY);
    Reply refused = relayPatiently("while the broker is away");
    assertThat(refused.code()).as(refused.text()).isIn(451, 421);
    // Never restarted for what it cannot help: all that time it is alive.
    Awaitility.await()
        .atMost(OUTAGE.plus(PATIENCE))
        .pollInterval(Duration.ofSeconds(1))
        .until(
            () -> {
              for (Service service : Service.OF_MAIL) {
                lives(service);
              }
              return System.nanoTime() - end >= 0;
            });
    // Not before: what the log cannot record any more might be taken then, and sent once more.
    partner.asUsual();
    stack.processes().brokers().restart();
    awaitReady();
    for (Service service : Service.OF_MAIL) {
      assertThat(process(service).pid())
          .as(service + " never ended")
          .isEqualTo(pids[service.ordinal()]);
    }
    awaitDelivered(waiting);
    awaitDelivered(send("after the outage"));
    assertThat(arrived("waits while the broker is away")).isEqualTo(1);
  }

  /** A busy machine may be slow to answer; whoever is gone, or says that it is broken, is not. */
  private void lives(Service service) {
    Awaitility.await(service + " lives")
        .atMost(PATIENCE)
        .until(
            () -> {
              int live = status(service, "live");
              assertThat(live).as(service + " lives").isIn(200, NO_ANSWER);
              return live == 200;
            });
  }

  private Reply relayPatiently(String subject) throws Exception {
    try (SmtpClient client = organization.connectTls(organization.ownServer()).patience(PATIENCE)) {
      return client.send(
          "sender@" + organization.domain(), List.of(recipient), Messages.small(subject));
    }
  }
}
