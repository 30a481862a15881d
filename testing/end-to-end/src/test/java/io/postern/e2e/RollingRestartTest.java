package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.lab.PeerMessage;
import io.postern.lab.ScriptedPeer;
import io.postern.lab.SmtpClient;
import io.postern.smtp.Reply;
import io.postern.stack.LocalStack;
import io.postern.stack.Processes;
import io.postern.stack.Replica;
import io.postern.stack.Service;
import io.postern.stack.Size;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * An update of a cluster: two replicas of each service, each ended by SIGTERM and started again
 * when the one before is ready, while own servers send without a pause. They hear no 5xx, no
 * message is left without a reply, and the partner has each once.
 */
class RollingRestartTest {
  private static final Duration READY = Duration.ofSeconds(120);
  private static final Duration STOP = Duration.ofSeconds(60);
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final int SENDERS = 6;
  private static final int MESSAGES_A_SESSION = 10;

  /** Of a sender: 30 messages a second of all are enough to meet each step of a restart. */
  private static final long PAUSE_MILLIS = 200;

  /** Senders stop by themselves, whatever the restarts do. */
  private static final int MOST_MESSAGES = 60_000;

  private static final Pattern SUBJECT = Pattern.compile("\r\nSubject: (roll-\\d+)\r\n");

  private final AtomicInteger next = new AtomicInteger();
  private final AtomicBoolean over = new AtomicBoolean();
  private final Set<String> accepted = ConcurrentHashMap.newKeySet();
  private final Set<String> unanswered = ConcurrentHashMap.newKeySet();
  private final ConcurrentLinkedQueue<String> refused = new ConcurrentLinkedQueue<>();
  private final Map<String, AtomicInteger> later =
      new ConcurrentHashMap<>(); // by reply and replica
  private volatile String restarting = "nothing";

  @Test
  void sendersHearNo5xxAndEachMessageArrivesOnceWhileEachReplicaIsRestarted() throws Exception {
    Map<Service, Integer> two = new HashMap<>();
    for (Service service : Service.OF_MAIL) {
      two.put(service, 2);
    }
    try (TestStack stack =
            TestStack.start(
                Processes.of(Size.SMALL)
                    .replicas(two)
                    .settings(Service.POLICY, Map.of("postern.schedule.intervals", "1s,2s,5s")));
        TestOrganization organization = stack.organization("roll")) {
      stack.processes().replicas().forEach(replica -> replica.process().restartByItself(false));
      String domain = organization.id() + "-partner.example";
      String host = "mx." + domain;
      ScriptedPeer partner =
          organization.peer(ScriptedPeer.named(host).identity(organization.identity(host)));
      organization
          .outboundTo(partner, domain, "tlsSettings: domainValidation, tlsDomain: " + host)
          .apply();

      List<Integer> ports =
          stack.processes().replicas(Service.INGRESS).stream().map(Replica::smtpPort).toList();
      try (ExecutorService senders = Executors.newFixedThreadPool(SENDERS)) {
        List<Future<?>> ends = new ArrayList<>();
        for (int number = 0; number < SENDERS; number++) {
          int first = number;
          ends.add(senders.submit(() -> send(organization, "office@" + domain, ports, first)));
        }
        try {
          for (Service service :
              List.of(Service.INGRESS, Service.POLICY, Service.CERTIFICATE, Service.DELIVERY)) {
            for (Replica replica : stack.processes().replicas(service)) {
              restart(replica);
            }
          }
        } finally {
          over.set(true);
        }
        for (Future<?> end : ends) {
          end.get();
        }
      }

      System.out.printf(
          "%d messages accepted while 8 replicas were restarted; asked to come later: %s%n",
          accepted.size(), later);
      assertThat(next.get()).as("the senders never came to their bound").isLessThan(MOST_MESSAGES);
      assertThat(refused).as("replies of 5xx").isEmpty();
      assertThat(unanswered).as("content without a reply").isEmpty();
      Awaitility.await("all that was accepted arrives")
          .atMost(PATIENCE)
          .pollInterval(Duration.ofSeconds(1))
          .until(() -> arrived(partner).keySet().containsAll(accepted));
      assertThat(arrived(partner)).as("how often each arrived").containsOnlyKeys(accepted);
      assertThat(arrived(partner).values()).containsOnly(1);
      stack.assertAuditClean();
    }
  }

  private void restart(Replica replica) throws InterruptedException {
    restarting = replica.name();
    int before = accepted.size();
    ProcessHandle.of(replica.process().pid()).orElseThrow().destroy();
    Awaitility.await(replica.name() + " ends").atMost(STOP).until(() -> !replica.process().alive());
    replica.process().start();
    Awaitility.await(replica.name() + " is ready again")
        .atMost(READY)
        .until(() -> LocalStack.ready(replica.managementPort()));
    Awaitility.await("mail is taken behind the restart of " + replica.name())
        .atMost(PATIENCE)
        .until(() -> accepted.size() > before + SENDERS);
  }

  /** As a mail server that has two addresses: what one does not take now, the other is offered. */
  private @Nullable Void send(
      TestOrganization organization, String recipient, List<Integer> ports, int first)
      throws InterruptedException {
    int turn = first;
    @Nullable String subject = null;
    while (!over.get() || subject != null) {
      int port = ports.get(turn++ % ports.size());
      try (SmtpClient client = connected(organization, port)) {
        for (int sent = 0; sent < MESSAGES_A_SESSION; sent++) {
          if (subject == null) {
            int number = next.getAndIncrement();
            if (number >= MOST_MESSAGES || over.get()) {
              return null;
            }
            subject = "roll-" + number;
          }
          if (!settled(client, organization, recipient, subject)) {
            break;
          }
          subject = null;
          Thread.sleep(PAUSE_MILLIS);
        }
      } catch (IOException gone) {
        note("connection");
      }
      Thread.sleep(20); // a replica that is away refuses connections at once
    }
    return null;
  }

  private static SmtpClient connected(TestOrganization organization, int port) throws IOException {
    SmtpClient client = SmtpClient.connect("127.0.0.1", port).patience(PATIENCE);
    try {
      positive(client.banner());
      positive(client.ehlo("mail." + organization.domain()));
      positive(client.startTls(organization.ownServer()));
      positive(client.ehlo("mail." + organization.domain()));
      return client;
    } catch (IOException failed) {
      client.close();
      throw failed;
    }
  }

  private static void positive(Reply reply) throws IOException {
    if (!reply.isPositive()) {
      throw new IOException("not now: " + reply);
    }
  }

  /** Whether it has a final reply; one for later ends the session. */
  private boolean settled(
      SmtpClient client, TestOrganization organization, String recipient, String subject)
      throws IOException {
    Reply reply = client.command("MAIL FROM:<sender@" + organization.domain() + ">");
    if (reply.isPositive()) {
      reply = client.command("RCPT TO:<" + recipient + ">");
    }
    if (reply.isPositive()) {
      reply = client.command("DATA");
    }
    if (reply.code() == 354) {
      unanswered.add(subject);
      reply = client.content(Messages.small(subject));
      unanswered.remove(subject);
    }
    if (reply.code() == 250) {
      accepted.add(subject);
      return true;
    }
    if (reply.isPermanent()) {
      refused.add(restarting + ": " + reply);
      return true;
    }
    note(reply.toString());
    return false;
  }

  private void note(String what) {
    later
        .computeIfAbsent(what + " while " + restarting, any -> new AtomicInteger())
        .incrementAndGet();
  }

  private static Map<String, Integer> arrived(ScriptedPeer partner) throws IOException {
    Map<String, Integer> times = new HashMap<>();
    for (PeerMessage message : partner.messages()) {
      Matcher subject = SUBJECT.matcher(new String(message.content(), StandardCharsets.ISO_8859_1));
      if (!subject.find()) {
        throw new IOException("a message without a subject of this test");
      }
      times.merge(subject.group(1), 1, Integer::sum);
    }
    return times;
  }
}
