package io.postern.e2e.kills;

import io.postern.lab.PeerManner;
import io.postern.operator.audit.AuditReport;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A few messages in an organization of their own, with the same account as a whole run. Owner: one
 * thread.
 */
final class Scenario implements AutoCloseable {
  private final World world;
  private final Plan plan;
  private final Told told;
  private final Findings findings = new Findings();
  private final Disruptions disruptions = new Disruptions();
  private final Received received;
  private final Peers peers;
  private final String organization;
  private final Client client;

  Scenario(World world, String organization, Plan.Message... messages) throws Exception {
    this.world = world;
    this.organization = organization;
    plan = Plan.of(Arrays.asList(messages), Profile.MUTATED);
    told = new Told(plan.messages());
    received = new Received(plan, organization, told, findings);
    peers = new Peers(world, organization, received, plan);
    client =
        new Client(
            new Client.Load(
                plan,
                organization,
                new Bodies(plan.seed()),
                world::smtpPorts,
                peers.ownServer(),
                told,
                findings,
                new AtomicInteger(),
                new AtomicInteger(),
                new Semaphore(1),
                () -> false,
                Duration.ZERO,
                () -> false),
            0);
  }

  /** A message to one recipient. */
  static Plan.Message message(int seq, Plan.Sender sender, int size, Destination to) {
    return new Plan.Message(seq, sender, size, List.of(to));
  }

  /** One try; whether its sender was told 250. */
  boolean send(int seq) {
    return client.tryOnce(plan.message(seq));
  }

  /** Null: no 250. */
  @Nullable String queueId(int seq) {
    return told.queueId(seq);
  }

  void manner(Destination destination, PeerManner manner) {
    peers.manner(destination, manner);
  }

  int port(Destination destination) {
    return peers.port(destination);
  }

  List<Received.Taken> received(int seq) {
    return received.of(new Received.Key(seq, 0));
  }

  Received received() {
    return received;
  }

  /** What the peers saw at once. */
  Findings findings() {
    return findings;
  }

  Disruptions disruptions() {
    return disruptions;
  }

  /** Hears the name of whoever says MAIL to a peer. */
  void onEnvelope(Consumer<String> listener) {
    received.onEnvelope(listener);
  }

  /** What the audit says of all mail of the log now. */
  AuditReport audit() throws InterruptedException {
    return new Settling(
            world, plan, new AcceptedMail(world.client(), organization), Profile.MUTATED)
        .audit();
  }

  /** What the account says now, without what the peers saw at once. */
  Findings freshAccount() throws Exception {
    Findings account = new Findings();
    AcceptedMail accepted = new AcceptedMail(world.client(), organization);
    accepted.read();
    AuditReport audit = new Settling(world, plan, accepted, Profile.MUTATED).audit();
    accepted.read();
    new Accounting(
            plan,
            told,
            received,
            accepted,
            audit,
            new Duplicates(disruptions, Profile.MUTATED),
            account)
        .settle();
    account.all().forEach(finding -> System.out.println(organization + ": " + finding));
    return account;
  }

  @Override
  public void close() {
    peers.close();
  }
}
