package io.postern.e2e;

import io.postern.contracts.QueueId;
import io.postern.lab.Identity;
import io.postern.lab.LabZones;
import io.postern.lab.PeerMessage;
import io.postern.lab.PeerWitness;
import io.postern.lab.ScriptedPeer;
import io.postern.lab.SmtpClient;
import io.postern.programs.FreePorts;
import io.postern.stack.Processes;
import io.postern.stack.Replica;
import io.postern.stack.Service;
import io.postern.stack.Size;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * CPU a message with DANE and without it (benchmarks/dane.sh): one stack, one mail host, two
 * domains that publish the same. A connector asks nobody for the one's TLSA records. Runs with and
 * without follow each other in turn; answers of the DNS are validated by delivery-service and
 * cached. The load's own CPU is not counted. All of it is on loopback and bounded in time. A
 * program: {@code DaneCost [SECONDS]}, of each of sixteen runs.
 */
final class DaneCost {
  private static final String WITH = "with.example";
  private static final String WITHOUT = "without.example";
  private static final int SENDERS = 8;
  private static final int MESSAGES_A_SESSION = 100;
  private static final int BYTES = 10_000;
  private static final int RUNS = 6; // of each
  private static final Duration DRAIN = Duration.ofSeconds(30);

  /** What a run has used, in microseconds of CPU a message. */
  private record Cost(String domain, long messages, double delivery, double all) {}

  private final AtomicLong arrived = new AtomicLong();
  private final int mxPort = FreePorts.next();
  private final LabZones zones = new LabZones(3_600).signed("example").signed(WITH).signed(WITHOUT);

  public static void main(String[] args) throws Exception {
    new DaneCost().measure(Duration.ofSeconds(args.length > 0 ? Long.parseLong(args[0]) : 12));
  }

  private void measure(Duration each) throws Exception {
    Path anchors =
        Files.writeString(Files.createTempFile("root", ".ds"), zones.rootAnchor() + "\n");
    Processes processes =
        Processes.of(Size.SERVER)
            .settings(
                Service.DELIVERY,
                Map.of(
                    "postern.dns.dnssec", "validate",
                    "postern.dns.root-anchors", anchors.toString(),
                    "postern.delivery.mx-port", Integer.toString(mxPort)));
    try (TestStack stack = TestStack.start(processes);
        TestOrganization organization = stack.organization("cost")) {
      Identity identity = organization.identity("mx." + WITH, "mx." + WITHOUT);
      stack.dns().signedBy(zones).ttl(3_600);
      for (String domain : List.of(WITH, WITHOUT)) {
        stack.dns().mailDomain(domain, "mx." + domain);
        byte[] hash =
            MessageDigest.getInstance("SHA-256")
                .digest(identity.leaf().getPublicKey().getEncoded());
        stack.dns().tlsa("mx." + domain, mxPort, 3, 1, 1, hash);
      }
      organization
          .outbound(
              "name: Without, connectorType: partner, recipientDomains: [%s], useMXRecord: true, smtpDaneMode: none"
                  .formatted(WITHOUT))
          .apply();
      try (ScriptedPeer host =
          ScriptedPeer.named("mx." + WITH)
              .identity(identity)
              .port(mxPort)
              .witness(new Counter())
              .start()) {
        sayTokens(organization);
        for (int warming = 0; warming < 2; warming++) {
          cost(stack, organization, WITHOUT, each);
          cost(stack, organization, WITH, each);
        }
        List<Cost> costs = new ArrayList<>();
        for (int run = 0; run < RUNS; run++) {
          boolean first = run % 2 == 0; // none is always behind the other
          costs.add(cost(stack, organization, first ? WITH : WITHOUT, each));
          costs.add(cost(stack, organization, first ? WITHOUT : WITH, each));
        }
        report(costs);
      }
    } finally {
      Files.deleteIfExists(anchors);
    }
  }

  private final class Counter implements PeerWitness {
    @Override
    public void took(PeerMessage message) {
      arrived.incrementAndGet();
    }
  }

  /** That the one goes with DANE and the other without is seen before anything is measured. */
  private static void sayTokens(TestOrganization organization) throws Exception {
    for (String domain : List.of(WITH, WITHOUT)) {
      QueueId queueId =
          organization.relayed(List.of("office@" + domain), Messages.small("token of " + domain));
      String outcome = organization.outcome(queueId, "office@" + domain);
      if (outcome.endsWith("+dane") != domain.equals(WITH)) {
        throw new IllegalStateException(domain + ": " + outcome);
      }
      System.out.println(domain + ": " + outcome);
    }
  }

  private Cost cost(TestStack stack, TestOrganization organization, String domain, Duration each)
      throws Exception {
    double delivery = cpuSeconds(stack, true);
    double all = cpuSeconds(stack, false);
    long before = arrived.get();
    long sent = load(organization, domain, each);
    awaitArrived(before + sent);
    return new Cost(
        domain,
        sent,
        1e6 * (cpuSeconds(stack, true) - delivery) / sent,
        1e6 * (cpuSeconds(stack, false) - all) / sent);
  }

  private static long load(TestOrganization organization, String domain, Duration each)
      throws Exception {
    byte[] content = Messages.large(BYTES, 1);
    long end = System.nanoTime() + each.toNanos();
    try (ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Long>> counts = new ArrayList<>();
      for (int i = 0; i < SENDERS; i++) {
        counts.add(senders.submit(() -> send(organization, domain, content, end)));
      }
      long sent = 0;
      for (Future<Long> count : counts) {
        sent += count.get();
      }
      return sent;
    }
  }

  private static long send(TestOrganization organization, String domain, byte[] content, long end)
      throws Exception {
    long sent = 0;
    while (System.nanoTime() - end < 0) {
      try (SmtpClient client = organization.connectTls(organization.ownServer())) {
        for (int i = 0; i < MESSAGES_A_SESSION && System.nanoTime() - end < 0; i++) {
          var unused =
              TestOrganization.queueId(
                  client.send(
                      "sender@" + organization.domain(), List.of("office@" + domain), content));
          sent++;
        }
      }
    }
    return sent;
  }

  private void awaitArrived(long count) throws InterruptedException {
    long end = System.nanoTime() + DRAIN.toNanos();
    while (arrived.get() < count) {
      if (System.nanoTime() - end > 0) {
        throw new IllegalStateException((count - arrived.get()) + " messages have not arrived");
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /** Of delivery-service, or of all services and the broker. */
  private static double cpuSeconds(TestStack stack, boolean deliveryAlone) {
    List<Long> pids = new ArrayList<>();
    for (Replica replica : stack.processes().replicas()) {
      if (!deliveryAlone || replica.service() == Service.DELIVERY) {
        pids.add(replica.process().pid());
      }
    }
    if (!deliveryAlone) {
      pids.add(stack.processes().brokers().broker(1).pid());
    }
    return pids.stream()
        .map(pid -> ProcessHandle.of(pid).orElseThrow())
        .map(process -> process.info().totalCpuDuration().orElseThrow())
        .mapToDouble(time -> time.toNanos() / 1e9)
        .sum();
  }

  private static void report(List<Cost> costs) {
    System.out.println("domain            messages  delivery us  all us");
    costs.forEach(
        cost ->
            System.out.printf(
                "%-16s %9d %12.0f %7.0f%n",
                cost.domain(), cost.messages(), cost.delivery(), cost.all()));
    System.out.printf(
        "with DANE / without, medians: delivery-service %.3f, all %.3f%n",
        median(costs, WITH, true) / median(costs, WITHOUT, true),
        median(costs, WITH, false) / median(costs, WITHOUT, false));
  }

  private static double median(List<Cost> costs, String domain, boolean delivery) {
    double[] sorted =
        costs.stream()
            .filter(cost -> cost.domain().equals(domain))
            .mapToDouble(cost -> delivery ? cost.delivery() : cost.all())
            .sorted()
            .toArray();
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }
}
