package io.postern.stack.warm;

import io.postern.lab.CrlServer;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.LabDns;
import io.postern.lab.ScriptedPeer;
import io.postern.operator.api.DirectoryClient;
import io.postern.programs.FreePorts;
import io.postern.stack.LocalStack;
import io.postern.stack.Processes;
import io.postern.stack.Replica;
import io.postern.stack.Service;
import io.postern.stack.StackOptions;
import io.postern.stack.StateFolder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A stack with ports and a state folder of its own, and the one mail host to which everything goes,
 * with a certificate whose revocation is looked up. Closing stops all of it; the folder stays.
 */
final class TrainingWorld implements AutoCloseable {
  /** On two busy cores, niced. */
  private static final Duration READY = Duration.ofSeconds(120);

  private static final Duration END = Duration.ofSeconds(120);

  private static final String SINK = "mx.training.example";
  private static final String GATE = "gate";
  private static final String SENDER = "sender";

  private final StateFolder state;
  private final AtomicLong taken = new AtomicLong();
  private final CrlServer crls;
  private final LabDns dns;
  private final ScriptedPeer sink;
  private final LocalStack stack;

  private TrainingWorld(Path home, StateFolder state, Processes processes) throws Exception {
    this.state = state;
    crls = CrlServer.create();
    LabCa ca = LabCa.create("Training", crls);
    dns = LabDns.start();
    dns.a(SINK, "127.0.0.1");
    sink =
        ScriptedPeer.named(SINK)
            .identity(ca.issue(Issue.to(SINK)))
            .askClientCertificate(false)
            .witness(message -> taken.incrementAndGet())
            .start();
    ca.issue(Issue.to("gate.training.example")).write(state.keys(), GATE);
    ca.issue(Issue.to("sender.training.example")).write(state.keys(), SENDER);
    Path anchors = state.keys().resolve("ca.pem");
    ca.writeRoot(anchors);
    stack =
        LocalStack.start(
            new StackOptions(
                home,
                state,
                FreePorts.next(),
                state.keys().resolve(GATE + ".pem"),
                state.keys().resolve(GATE + ".key"),
                List.of(anchors),
                state.keys(),
                dns.server(),
                sink.port(),
                true,
                processes.withConsole()),
            line -> System.out.println("training: " + line));
  }

  /** Returns when mail can be sent. */
  static TrainingWorld start(Path home, StateFolder state, Processes processes) throws Exception {
    TrainingWorld world = new TrainingWorld(home, state, processes);
    try {
      // Ingress is ready without a directory, which policy applies, and accepts no mail.
      world.stack.awaitReady(Service.POLICY, READY);
      DirectoryClient.Answer answer =
          new DirectoryClient(world.stack.api(Service.POLICY)).apply(world.directory(), false);
      if (!answer.accepted()) {
        throw new IllegalStateException("the directory was refused: " + answer.problems());
      }
      world.stack.awaitDirectory(answer.version(), READY);
      world.stack.awaitReady(READY);
      return world;
    } catch (Exception e) {
      world.close();
      throw e;
    }
  }

  private String directory() {
    return """
    organizations:
      - id: training
        displayName: Training
        acceptedDomains:
          - domain: training.example
            mailboxRoute: {host: %1$s, port: %2$d, protocol: smtp, tlsSettings: domainValidation, tlsDomain: %1$s}
        inboundConnectors:
          - {name: By certificate, connectorType: onPremises, tlsSenderCertificateName: sender.training.example}
          - {name: By address, connectorType: onPremises, senderIPAddresses: [127.0.0.1]}
        outboundConnectors:
          - name: To all others
            connectorType: partner
            recipientDomains: ["*"]
            useMXRecord: false
            smartHosts: ["%1$s:%2$d"]
            tlsSettings: domainValidation
            tlsDomain: %1$s
    """
        .formatted(SINK, sink.port());
  }

  int smtpPort() {
    return stack.smtpPort();
  }

  /** With which a sender proves itself. */
  Identity sender() {
    return Identity.load(state.keys(), SENDER);
  }

  /** Waits until so many messages have reached the mail host. */
  void awaitTaken(long messages, Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (taken.get() < messages) {
      if (System.nanoTime() - end > 0) {
        throw new IllegalStateException(
            "%d of %d messages arrived in %d s"
                .formatted(taken.get(), messages, limit.toSeconds()));
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /**
   * Ends the programs one after the other and waits until each has written its record, which takes
   * a JVM some seconds, and far longer on a busy machine.
   */
  void endPrograms() throws Exception {
    for (Replica replica : stack.replicas()) {
      replica.process().restartByItself(false);
      end(replica.name(), replica.process().pid());
    }
    end("the broker", stack.brokers().broker(1).pid());
  }

  private static void end(String name, long pid) throws Exception {
    ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
    process.destroy();
    try {
      process.onExit().get(END.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          name + " has not ended after " + END.toSeconds() + " s of training", e);
    }
  }

  @Override
  public void close() throws Exception {
    try (crls;
        dns;
        sink) {
      stack.close();
    }
  }
}
