package io.postern.e2e.kills;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.lab.PeerManner;
import io.postern.lab.PeerStage;
import io.postern.lab.PeerStep;
import io.postern.operator.audit.AuditReport;
import io.postern.operator.audit.RecipientAnswer;
import io.postern.operator.audit.RecipientState;
import io.postern.programs.Brokers;
import io.postern.programs.PostgresServer;
import io.postern.stack.Replica;
import io.postern.stack.StateFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * docs/operations/backup.md: the brokers' folders and the console's database are copied while all
 * is stopped, everything is lost, and what is restored is whole. Mail of four kinds: delivered
 * before the backup, queued in it, accepted after it, accepted after the restore.
 */
class BackupTest {
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final int EACH = 12;
  private static final int DELIVERED = 0;
  private static final int QUEUED = EACH;
  private static final int LATER = 2 * EACH;
  private static final int NEW = 3 * EACH;
  private static final Destination READY = Destination.OPEN.getFirst();
  private static final Destination BUSY = Destination.OPEN.get(2);
  private static final PeerManner NOT_NOW =
      stage -> stage == PeerStage.RCPT ? PeerStep.answer(451, "4.3.0", "Later") : PeerStep.goOn();

  @ParameterizedTest(name = "{0} brokers")
  @ValueSource(ints = {1, 3})
  void G1_G5_whatIsRestoredIsWholeAndWhatWasQueuedIsDelivered(int brokers, @TempDir Path folder)
      throws Exception {
    Path backup = Files.createDirectory(folder.resolve("backup"));
    try (World world =
            World.start(
                folder.resolve("state"),
                Profile.MUTATED,
                1,
                processes -> processes.brokers(brokers).withConsoles(1));
        Scenario mail = new Scenario(world, "backup", messages())) {
      world.stack().replicas().forEach(replica -> replica.process().restartByItself(false));
      new Run(world, mail, brokers, backup).play();
    }
  }

  /** From the first message to the last look. */
  private record Run(World world, Scenario mail, int brokers, Path backup) {
    void play() throws Exception {
      mail.manner(BUSY, NOT_NOW);
      send(DELIVERED);
      awaitReceived(DELIVERED, 1);
      send(QUEUED);
      awaitStates(RecipientState.DELIVERED, DELIVERED);
      awaitStates(RecipientState.PENDING, QUEUED);

      stop();
      copy(kept(), world.state().root(), backup);
      start();

      mail.manner(BUSY, PeerManner.GOOD);
      awaitReceived(QUEUED, 1);
      send(LATER);
      awaitReceived(LATER, 1);
      awaitStates(RecipientState.DELIVERED, QUEUED);

      mail.manner(BUSY, NOT_NOW);
      kill();
      lose();
      copy(kept(), backup, world.state().root());
      start();

      assertThat(mail.audit().alarms()).isEmpty();
      awaitStates(RecipientState.DELIVERED, DELIVERED);
      awaitStates(RecipientState.PENDING, QUEUED);
      assertThat(states(LATER)).as("what came after the backup").containsOnly(Optional.empty());
      mail.manner(BUSY, PeerManner.GOOD);
      send(NEW);
      awaitReceived(NEW, 1);
      awaitReceived(QUEUED, 2);
      awaitStates(RecipientState.DELIVERED, DELIVERED, QUEUED, NEW);

      AuditReport audit = mail.audit();
      assertThat(audit.alarms()).isEmpty();
      Findings findings = new Findings();
      System.out.println(new ReadModelCheck(world).compare(audit, findings));
      assertThat(findings.all()).isEmpty();
      for (int seq = 0; seq < NEW + EACH; seq++) {
        assertThat(mail.received(seq))
            .as("message " + seq)
            .hasSize(seq >= QUEUED && seq < LATER ? 2 : 1)
            .extracting(Received.Taken::queueId)
            .containsOnly(mail.queueId(seq));
      }
    }

    private void send(int first) {
      for (int seq = first; seq < first + EACH; seq++) {
        int each = seq;
        Awaitility.await("message " + seq).atMost(PATIENCE).until(() -> mail.send(each));
      }
    }

    private void awaitReceived(int first, int times) {
      for (int seq = first; seq < first + EACH; seq++) {
        int each = seq;
        Awaitility.await("delivery of " + seq)
            .atMost(PATIENCE)
            .until(() -> mail.received(each).size() == times);
      }
    }

    private void awaitStates(RecipientState state, int... firsts) {
      for (int first : firsts) {
        Awaitility.await("messages from " + first)
            .atMost(PATIENCE)
            .untilAsserted(() -> assertThat(states(first)).containsOnly(Optional.of(state)));
      }
    }

    /** Of the messages of one kind; empty: the log has nothing of it. */
    private List<Optional<RecipientState>> states(int first) throws InterruptedException {
      AuditReport audit = mail.audit();
      List<Optional<RecipientState>> states = new ArrayList<>();
      for (int seq = first; seq < first + EACH; seq++) {
        states.add(
            audit.recipient(requireNonNull(mail.queueId(seq)), 0).map(RecipientAnswer::state));
      }
      return states;
    }

    /** What a backup has: names in the state folder. */
    private List<String> kept() {
      Path first = Path.of("kafka");
      return Stream.concat(
              IntStream.rangeClosed(1, brokers)
                  .mapToObj(id -> Brokers.folder(first, id).toString()),
              Stream.of("postgres", "credentials", "sender-rewriting.secrets"))
          .toList();
    }

    private PostgresServer database() {
      return requireNonNull(world.stack().database(), "this machine runs no PostgreSQL");
    }

    private void stop() throws Exception {
      for (Replica replica : world.stack().replicas()) {
        replica.process().stop();
      }
      world.stack().brokers().stop();
      database().close();
    }

    private void kill() throws InterruptedException {
      for (Replica replica : world.stack().replicas()) {
        replica.process().killAndWait();
      }
      world.stack().brokers().kill();
      database().kill();
    }

    private void start() throws InterruptedException {
      world.stack().brokers().restart();
      database().restart();
      world.stack().replicas().forEach(replica -> replica.process().start());
      world.stack().awaitReady(PATIENCE);
      world.stack().awaitDirectory(1, PATIENCE);
    }

    /** And what is made again from the log. */
    private void lose() throws IOException {
      Path root = world.state().root();
      List<String> lost = new ArrayList<>(kept());
      lost.addAll(List.of("schedule", "revocation", "token-keys.pem"));
      for (String name : lost) {
        StateFolder.remove(root.resolve(name));
      }
      Files.createDirectory(root.resolve("schedule"));
      Files.createDirectory(root.resolve("revocation"));
    }

    private static void copy(List<String> names, Path from, Path to) throws Exception {
      List<String> command = new ArrayList<>(List.of("cp", "-a"));
      names.forEach(name -> command.add(from.resolve(name).toString()));
      command.add(to.toString());
      Process process = new ProcessBuilder(command).inheritIO().start();
      assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
    }
  }

  private static Plan.Message[] messages() {
    return IntStream.range(0, NEW + EACH)
        .mapToObj(
            seq ->
                Scenario.message(
                    seq,
                    Plan.Sender.OWN_SERVER,
                    2_000,
                    seq >= QUEUED && seq < LATER ? BUSY : READY))
        .toArray(Plan.Message[]::new);
  }
}
