package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import io.postern.contracts.QueueId;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.LabHttps;
import io.postern.lab.LabProxy;
import io.postern.lab.ScriptedPeer;
import io.postern.operator.trace.TracePrinter;
import io.postern.programs.FreePorts;
import io.postern.stack.Processes;
import io.postern.stack.Service;
import io.postern.stack.Size;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * MTA-STS (RFC 8461) from a message that ingress takes, over the policy that certificate-service
 * fetches from a real web server, to a mail host: what goes, what waits, and that nobody who blocks
 * the DNS takes a policy away. The hosts' transcripts are the witnesses. A stack of its own, whose
 * certificate-service reaches policy hosts by a proxy.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MtaStsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(150);
  private static final String BY_POLICY = "delivered opportunistic:encryption-only+mta-sts";

  private final int mxPort = FreePorts.next();
  private final LabProxy proxy = LabProxy.start();
  private final List<LabHttps> servers = new ArrayList<>();
  private TestStack stack;
  private TestOrganization organization;

  @BeforeAll
  void ownStack() throws Exception {
    stack =
        TestStack.start(
            Processes.of(Size.SMALL)
                .settings(
                    Service.DELIVERY, Map.of("postern.delivery.mx-port", Integer.toString(mxPort)))
                .settings(
                    Service.CERTIFICATE, Map.of("postern.revocation.http-proxy", proxy.address()))
                .settings(Service.POLICY, Map.of("postern.schedule.intervals", "1s,2s")));
    organization = stack.organization("mtasts").apply();
  }

  @AfterAll
  void accountAndEnd() throws Exception {
    try {
      stack.assertAuditClean();
    } finally {
      organization.close();
      stack.close();
      servers.forEach(LabHttps::close);
      proxy.close();
    }
  }

  /** A domain with one mail host, and a policy host. */
  private final class Domain {
    final String name;
    final String host;
    final AtomicInteger fetched = new AtomicInteger();
    volatile String policy = "";

    Domain(String label) {
      name = label + ".example";
      host = "mx." + name;
      stack.dns().mailDomain(name, host);
      policyHost(stack.ca());
    }

    /** A web server with a certificate of this authority. */
    void policyHost(LabCa authority) {
      LabHttps server =
          LabHttps.start(
              authority.issue(Issue.to("mta-sts." + name)), exchange -> answer(exchange, this));
      servers.add(server);
      proxy.host("mta-sts." + name, server.port());
    }

    void publishes(String id, String mode, String mx) {
      policy = "version: STSv1\r\nmode: %s\r\nmx: %s\r\nmax_age: 604800\r\n".formatted(mode, mx);
      stack.dns().remove(record()).txt(record(), "v=STSv1; id=" + id);
    }

    String record() {
      return "_mta-sts." + name;
    }

    /** Of several domains' hosts one runs at a time. */
    ScriptedPeer.Builder mailHost(Identity identity) {
      return ScriptedPeer.named(host).identity(identity).port(mxPort);
    }

    Identity identity() {
      return stack.ca().issue(Issue.to(host));
    }

    String recipient() {
      return "office@" + name;
    }

    QueueId send(String subject) throws Exception {
      return organization.relayed(List.of(recipient()), Messages.small(subject));
    }

    String outcome(QueueId queueId) throws Exception {
      return organization.outcome(queueId, recipient());
    }
  }

  private static void answer(HttpExchange exchange, Domain domain) throws IOException {
    domain.fetched.incrementAndGet();
    byte[] body = domain.policy.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain");
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
  }

  @Test
  void theFirstMailGoesByThePolicyThatWasFetchedForItAndItsTraceShowsIt() throws Exception {
    Domain domain = new Domain("enforced");
    domain.publishes("1", "enforce", "*." + domain.name);
    try (ScriptedPeer host = domain.mailHost(domain.identity()).start()) {
      QueueId first = domain.send("first");
      assertThat(domain.outcome(first)).isEqualTo(BY_POLICY);
      assertThat(String.join("\n", new TracePrinter(false).lines(stack.trace(first))))
          .contains("MTA-STS " + domain.name + ": policy 1, enforce, met");
      assertThat(domain.outcome(domain.send("second"))).isEqualTo(BY_POLICY);
      assertThat(host.messages()).hasSize(2);
      assertThat(domain.fetched).as("one fetch serves both").hasValue(1);
    }
  }

  @Test
  void mailWaitsForAHostThatProvesItsNameAndGoesThen() throws Exception {
    Domain domain = new Domain("misnamed");
    domain.publishes("1", "enforce", domain.host);
    QueueId queueId;
    try (ScriptedPeer host = domain.mailHost(stack.ca().issue(Issue.to("other.example"))).start()) {
      queueId = domain.send("misnamed");
      organization.awaitDeferredTwice(queueId, "mta-sts-host-mismatch");
      assertThat(host.sessions()).as("the host was asked").isNotEmpty();
      assertThat(host.envelopeSeen()).as("nothing of an envelope: " + host.sessions()).isFalse();
    }
    try (ScriptedPeer host = domain.mailHost(domain.identity()).start()) {
      organization.awaitOutcome(queueId, domain.recipient(), BY_POLICY);
      assertThat(host.messages()).hasSize(1);
    }
  }

  @Test
  void aPolicyThatNamesOtherHostsIsFollowedUntilANewerOneNamesThisOne() throws Exception {
    Domain domain = new Domain("moved");
    domain.publishes("1", "enforce", "elsewhere.example");
    try (ScriptedPeer host = domain.mailHost(domain.identity()).start()) {
      QueueId queueId = domain.send("moved");
      organization.awaitDeferredTwice(queueId, "mta-sts-mx-mismatch");
      assertThat(host.sessions()).as("nobody is dialled").isEmpty();
      domain.publishes("2", "enforce", domain.host);
      organization.awaitOutcome(queueId, domain.recipient(), BY_POLICY);
      assertThat(host.messages()).hasSize(1);
    }
  }

  @Test
  void aPolicyHostThatProvesNothingIsShownAndDemandsNothing() throws Exception {
    Domain domain = new Domain("unproven");
    domain.policyHost(LabCa.create("Unknown"));
    domain.publishes("1", "enforce", "elsewhere.example");
    try (ScriptedPeer host = domain.mailHost(domain.identity()).start()) {
      QueueId queueId = domain.send("unproven");
      assertThat(domain.outcome(queueId)).isEqualTo("delivered opportunistic:encryption-only");
      assertThat(stack.trace(queueId).outcomes().getFirst().getMtaSts().getFailure())
          .isEqualTo("sts-webpki-invalid");
      assertThat(host.messages()).hasSize(1);
    }
  }

  @Test
  void neitherARestartNorABlockedDnsTakesAPolicyAway() throws Exception {
    Domain domain = new Domain("blocked");
    domain.publishes("1", "enforce", domain.host);
    try (ScriptedPeer host = domain.mailHost(domain.identity()).start()) {
      assertThat(domain.outcome(domain.send("before"))).isEqualTo(BY_POLICY);
      assertThat(host.messages()).hasSize(1);
    }
    stack.processes().process(Service.DELIVERY).killAndWait();
    stack.dns().remove(domain.record()).servfail(domain.record());
    stack.processes().awaitReady(Service.DELIVERY, PATIENCE);
    QueueId queueId;
    try (ScriptedPeer host = domain.mailHost(domain.identity()).offerStartTls(false).start()) {
      queueId = domain.send("behind");
      organization.awaitDeferredTwice(queueId, "mta-sts-starttls-not-supported");
      assertThat(host.envelopeSeen()).as("nothing of an envelope: " + host.sessions()).isFalse();
    }
    try (ScriptedPeer host = domain.mailHost(domain.identity()).start()) {
      organization.awaitOutcome(queueId, domain.recipient(), BY_POLICY);
      assertThat(host.messages()).hasSize(1);
    }
  }
}
