package io.postern.policy.directory;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.DirectoryCommand;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.Organization;
import io.postern.rules.Directory;
import io.postern.rules.checks.Quotas;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A model of the lock of an organization, with the judge that the owner has: clients that read an
 * older state, send commands, send the same one again and lose answers, and owners that die before
 * and behind their transaction. Each organization's display name counts the changes of it: a lost
 * update or a command that counts twice is a wrong number.
 */
class OrganizationLockModelTest {
  private static final int ORGANIZATIONS = 3;

  /** What is in Kafka. The last objects are the directory; a transaction leaves a marker. */
  private static final class Log {
    final List<Map<String, Long>> counts = new ArrayList<>(List.of(Map.of()));
    final List<Long> versions = new ArrayList<>(List.of(-1L));
    final Map<String, Long> changed = new HashMap<>();
    final Map<String, Answer> answers = new HashMap<>();
    final Deque<DirectoryCommand> commands = new ArrayDeque<>();
    long end;

    Directory directory(int at) {
      List<DirectoryObject> objects =
          counts.get(at).entrySet().stream().map(e -> object(e.getKey(), e.getValue())).toList();
      return Directory.of(objects, versions.get(at), Map.of());
    }

    int newest() {
      return counts.size() - 1;
    }
  }

  private record Answer(boolean accepted, long version, String field) {}

  private static DirectoryObject object(String organization, long count) {
    return DirectoryObject.newBuilder()
        .setOrganization(
            Organization.newBuilder()
                .setId(organization)
                .setExpiryHours(48)
                .setDisplayName(Long.toString(count)))
        .build();
  }

  /** An administrator's script for one organization. */
  private static final class Client {
    final String organization;
    int read; // state that it has read
    @Nullable DirectoryCommand sent;
    long made;
    long refused;

    Client(String organization) {
      this.organization = organization;
    }
  }

  private final Log log = new Log();
  private final List<Client> clients = new ArrayList<>();
  private final Random random;
  private int ids;

  OrganizationLockModelTest() {
    random = new Random(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void noUpdateIsLostAndNoClientIsRefusedForAnotherOrganization(int clientsEach) {
    for (int schedule = 0; schedule < 150; schedule++) {
      OrganizationLockModelTest model = new OrganizationLockModelTest();
      model.random.setSeed(schedule);
      for (int i = 0; i < ORGANIZATIONS * clientsEach; i++) {
        model.clients.add(new Client("o" + i % ORGANIZATIONS));
      }
      for (int step = 0; step < 120; step++) {
        model.step();
      }
      model.end(clientsEach, "schedule " + schedule);
    }
  }

  private void step() {
    Client client = clients.get(random.nextInt(clients.size()));
    switch (random.nextInt(6)) {
      case 0, 1 -> send(client);
      case 2 -> { // the same command once more: a retry, with its first one written or lost
        if (client.sent != null) {
          log.commands.add(client.sent);
        }
      }
      case 3, 4 -> own();
      default -> take(client);
    }
  }

  /** From a state that its replica has read: not behind what it was answered. */
  private void send(Client client) {
    if (client.sent != null) {
      return;
    }
    client.read += random.nextInt(log.newest() - client.read + 1);
    Map<String, Long> counts = log.counts.get(client.read);
    long count = counts.getOrDefault(client.organization, 0L);
    client.sent =
        DirectoryCommand.newBuilder()
            .setCommandId("c" + ids++)
            .addChanges(object(client.organization, count + 1))
            .setExpectedVersion(log.versions.get(client.read))
            .setSeenVersion(log.versions.get(client.read))
            .build();
    if (random.nextInt(5) > 0) { // else it does not reach the log
      log.commands.add(client.sent);
    }
  }

  /** The owner's turn: it may die before its transaction, and be another one behind it. */
  private void own() {
    DirectoryCommand command = log.commands.peek();
    if (command == null || random.nextInt(6) == 0) {
      return;
    }
    log.commands.poll(); // its position is in the transaction
    if (log.answers.containsKey(command.getCommandId())) {
      return;
    }
    Directory directory = log.directory(log.newest());
    List<DirectoryProblem> problems =
        CommandJudge.judge(
            directory, id -> log.changed.getOrDefault(id, -1L), Quotas.NONE, command);
    if (!problems.isEmpty()) {
      log.answers.put(
          command.getCommandId(), new Answer(false, -1, problems.getFirst().getField()));
      return;
    }
    String organization = command.getChanges(0).getOrganization().getId();
    Map<String, Long> next = new HashMap<>(log.counts.getLast());
    next.put(
        organization, Long.parseLong(command.getChanges(0).getOrganization().getDisplayName()));
    long version = log.end;
    log.end += 2;
    log.counts.add(next);
    log.versions.add(version);
    log.changed.put(organization, version);
    log.answers.put(command.getCommandId(), new Answer(true, version, ""));
  }

  /** The answer, or its patience ends and the client looks. */
  private void take(Client client) {
    DirectoryCommand sent = client.sent;
    Answer answer = sent == null ? null : log.answers.get(sent.getCommandId());
    if (sent == null || answer == null) {
      return;
    }
    client.sent = null;
    if (answer.accepted()) {
      client.made++;
      client.read = Math.max(client.read, log.versions.indexOf(answer.version()));
      long before = sent.getSeenVersion();
      assertThat(log.versions.subList(log.versions.indexOf(before) + 1, log.versions.size()))
          .contains(answer.version());
    } else {
      assertThat(answer.field()).isEqualTo(CommandJudge.SEEN_VERSION);
      client.refused++;
      client.read = log.newest(); // it reads again
    }
  }

  private void end(int clientsEach, String schedule) {
    while (!log.commands.isEmpty()) {
      own();
    }
    clients.forEach(this::take);
    for (int i = 0; i < ORGANIZATIONS; i++) {
      String organization = "o" + i;
      long made =
          clients.stream()
              .filter(client -> client.organization.equals(organization))
              .mapToLong(client -> client.made)
              .sum();
      assertThat(log.counts.getLast().getOrDefault(organization, 0L))
          .as(schedule + ": each accepted command counts once, and none was overwritten")
          .isEqualTo(made);
    }
    if (clientsEach == 1) {
      assertThat(clients)
          .as(schedule + ": nobody else changes the organization")
          .allSatisfy(client -> assertThat(client.refused).isZero());
    }
    assertThat(clients.stream().mapToLong(client -> client.made).sum()).isPositive();
  }
}
