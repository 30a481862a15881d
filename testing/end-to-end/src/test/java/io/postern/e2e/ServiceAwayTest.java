package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.QueueId;
import io.postern.lab.Identity;
import io.postern.lab.ScriptedPeer;
import io.postern.lab.SmtpClient;
import io.postern.stack.LocalStack;
import io.postern.stack.Service;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * G7: any service may be away; what does not need it goes on, and what does waits. A stopped
 * process (SIGSTOP) is away.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServiceAwayTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private TestStack stack;
  private TestOrganization organization;
  private ScriptedPeer partner;
  private String partnerDomain;

  @BeforeAll
  void organization() throws Exception {
    stack = TestStack.shared();
    organization = stack.organization("away");
    partnerDomain = organization.id() + "-partner.example";
    String host = "mx." + partnerDomain;
    partner = organization.peer(ScriptedPeer.named(host).identity(organization.identity(host)));
    organization
        .outboundTo(partner, partnerDomain, "tlsSettings: domainValidation, tlsDomain: " + host)
        .apply();
  }

  @AfterAll
  void close() {
    organization.close();
  }

  /** A service that is stopped until this is closed. */
  private final class Away implements AutoCloseable {
    private final long pid;

    Away(Service service) throws Exception {
      pid = stack.processes().process(service).pid();
      signal("-STOP");
    }

    private void signal(String signal) throws IOException, InterruptedException {
      Process kill = new ProcessBuilder("kill", signal, Long.toString(pid)).start();
      assertThat(kill.waitFor(5, TimeUnit.SECONDS)).isTrue();
      assertThat(kill.exitValue()).isZero();
    }

    @Override
    public void close() throws Exception {
      signal("-CONT");
    }
  }

  /** From a stranger to the organization: no certificate is judged on the way. */
  private QueueId fromStranger(String subject) throws Exception {
    try (SmtpClient client = organization.connectTls(null)) {
      return TestOrganization.queueId(
          client.send("someone@stranger.example", List.of(anna()), Messages.small(subject)));
    }
  }

  private String anna() {
    return "anna@" + organization.domain();
  }

  @Test
  void ingressAcceptsWhilePolicyIsAway() throws Exception {
    QueueId queueId;
    try (Away policy = new Away(Service.POLICY)) {
      queueId = fromStranger("policy is away");
      assertThat(stack.trace(queueId).deliveries()).isEmpty();
    }
    assertThat(organization.outcome(queueId, anna())).startsWith("delivered");
  }

  @Test
  void policyDecidesWhileDeliveryIsAway() throws Exception {
    QueueId queueId;
    try (Away delivery = new Away(Service.DELIVERY)) {
      queueId = fromStranger("delivery is away");
      Awaitility.await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(stack.trace(queueId).deliveries()).hasSize(1));
      assertThat(stack.trace(queueId).outcomes()).isEmpty();
    }
    assertThat(organization.outcome(queueId, anna())).startsWith("delivered");
    assertThat(stack.trace(queueId).outcomes()).hasSize(1);
  }

  @Test
  void whatNeedsNoVerdictFlowsWhileCertificateIsAwayAndWhatNeedsOneWaits() throws Exception {
    String recipient = "office@" + partnerDomain;
    // Ingress has judged the own server's certificate before, and remembers.
    assertThat(
            organization.outcome(
                organization.relayed(List.of(anna()), Messages.small("before")), anna()))
        .startsWith("delivered");
    try (Away certificate = new Away(Service.CERTIFICATE)) {
      assertThat(organization.outcome(fromStranger("certificate is away"), anna()))
          .startsWith("delivered");
      QueueId needsVerdict =
          organization.relayed(List.of(recipient), Messages.small("needs a verdict"));
      assertThat(organization.outcome(needsVerdict, recipient))
          .isEqualTo("deferred domain-validation/verdict-unavailable");
      assertThat(partner.envelopeSeen()).isFalse();
    }
    awaitVerdicts(recipient);
  }

  /** Both who ask for verdicts get them again: others use the stack as well. */
  private void awaitVerdicts(String recipient) {
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> LocalStack.ready(stack.processes().managementPort(Service.CERTIFICATE)));
    Awaitility.await("a verdict of a certificate that ingress has not seen")
        .atMost(PATIENCE)
        .until(
            () -> {
              Identity fresh = organization.identity("mail." + organization.domain());
              try (SmtpClient client = organization.connectTls(fresh).patience(PATIENCE)) {
                return client
                        .send(
                            "sender@" + organization.domain(),
                            List.of(recipient),
                            Messages.small("after"))
                        .code()
                    == 250;
              }
            });
    Awaitility.await("a verdict of the partner's certificate")
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(
                        organization.outcome(
                            organization.relayed(List.of(recipient), Messages.small("after")),
                            recipient))
                    .startsWith("delivered"));
  }
}
