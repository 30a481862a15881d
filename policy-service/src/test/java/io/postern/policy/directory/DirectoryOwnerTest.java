package io.postern.policy.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.DirectoryAudit;
import io.postern.contracts.v1.DirectoryCommand;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.DirectoryResult;
import io.postern.contracts.v1.ExpectedObject;
import io.postern.contracts.v1.NextHopChange;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.directory.DirectoryFile;
import io.postern.directory.ObjectVersion;
import io.postern.log.directory.AnchorSets;
import io.postern.log.directory.DirectoryReader;
import io.postern.policy.LogLab;
import io.postern.policy.Worker;
import io.postern.rules.Directory;
import io.postern.rules.checks.Quotas;
import io.postern.service.RecipientsInDirectory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The owner against a real broker; each test has an organization of its own. */
class DirectoryOwnerTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static LogLab log;
  private static DirectoryReader<Directory> reader;
  private static Worker owner;
  private static DirectoryCommands commands;

  @BeforeAll
  static void start() throws Exception {
    log = LogLab.shared();
    reader = RecipientsInDirectory.reader(log.settings(), AnchorSets.WHOLE);
    reader.start();
    owner = startOwner();
    commands = new DirectoryCommands(log.settings(), unbounded());
  }

  @AfterAll
  static void stop() {
    owner.close();
    reader.close();
    log.close();
  }

  private static Worker startOwner() {
    Worker worker =
        DirectoryOwner.worker(log.settings(), reader, Quotas.NONE, unbounded(), accepted -> {});
    worker.start();
    return worker;
  }

  private static ChangeRates unbounded() {
    ChangeRates.Rate most = new ChangeRates.Rate(1L << 30, 1L << 20, 1L << 40, 1L << 40);
    return new ChangeRates(most, most, System::nanoTime);
  }

  private static List<DirectoryObject> objects(String organization) {
    String file = LogLab.FILE.replace("contoso", organization);
    return DirectoryFile.parse(file.getBytes(StandardCharsets.UTF_8)).objects();
  }

  private static DirectoryCommand.Builder command(List<DirectoryObject> changes) {
    return DirectoryCommand.newBuilder()
        .setCommandId(UUID.randomUUID().toString())
        .setActor("admin")
        .setByOperator(true)
        .setAtMillis(1)
        .setExpectedVersion(-1)
        .addAllChanges(changes);
  }

  private static List<DirectoryObject> written(String commandId) {
    return log.read(Topics.DIRECTORY, DirectoryObject.parser()).stream()
        .filter(object -> object.getCommandId().equals(commandId))
        .toList();
  }

  private static List<DirectoryAudit> audited(String commandId) {
    return log.read(Topics.DIRECTORY_AUDIT, DirectoryAudit.parser()).stream()
        .filter(audit -> audit.getCommandId().equals(commandId))
        .toList();
  }

  /**
   * Waits until directory and audit are readable up to this command: each topic has a transaction's
   * marker in its own time, also after the answer.
   */
  private static void awaitWritten(DirectoryCommand command) {
    String id = command.getCommandId();
    await().atMost(LONG).until(() -> !written(id).isEmpty() && !audited(id).isEmpty());
  }

  /** Whatever was judged before is readable then. */
  private static void awaitOneBehind(String organization) throws Exception {
    DirectoryCommand behind = command(objects(organization)).build();
    assertThat(commands.submit(behind, LONG).getAccepted()).isTrue();
    awaitWritten(behind);
  }

  @Test
  void anAcceptedCommandIsWrittenWithAnswerAndAudit() throws Exception {
    DirectoryCommand command = command(objects("written")).build();

    DirectoryResult result = commands.submit(command, LONG);

    assertThat(result.getProblemsList()).isEmpty();
    assertThat(result.getAccepted()).isTrue();
    awaitWritten(command);
    List<DirectoryObject> objects = written(command.getCommandId());
    assertThat(objects).hasSize(4);
    assertThat(objects).extracting(DirectoryObject::getCommandIndex).containsExactly(0, 1, 2, 3);
    assertThat(objects).allSatisfy(o -> assertThat(o.getCommandCount()).isEqualTo(4));
    assertThat(log.read(Topics.DIRECTORY))
        .filteredOn(r -> r.offset() == result.getVersion())
        .as("the version is the offset of the command's last object")
        .singleElement()
        .satisfies(r -> assertThat(r.key()).isEqualTo(DirectoryKeys.key(objects.getLast())));
    assertThat(audited(command.getCommandId()))
        .singleElement()
        .satisfies(
            audit -> {
              assertThat(audit.getActor()).isEqualTo("admin");
              assertThat(audit.getVersion()).isEqualTo(result.getVersion());
              assertThat(audit.getBeforeList()).isEmpty();
              assertThat(audit.getAfterList()).hasSize(4);
            });
  }

  @Test
  void aRejectedCommandNamesTheFieldAndWritesNothing() throws Exception {
    List<DirectoryObject> wrong =
        objects("rejected").stream()
            .map(
                o ->
                    o.hasOutboundConnector()
                        ? o.toBuilder()
                            .setOutboundConnector(
                                o.getOutboundConnector().toBuilder()
                                    .setTlsDomain("no domain")
                                    .setMaxMessagesPerMinute(-1))
                            .build()
                        : o)
            .toList();
    DirectoryCommand command = command(wrong).build();

    DirectoryResult result = commands.submit(command, LONG);

    assertThat(result.getAccepted()).isFalse();
    assertThat(result.getProblemsList())
        .anySatisfy(
            problem -> {
              assertThat(problem.getObject()).isEqualTo("outbound-connector/rejected/To Fabrikam");
              assertThat(problem.getField()).isEqualTo("tlsDomain");
              assertThat(problem.getCure()).isNotEmpty();
            });
    assertThat(result.getProblemsList())
        .anySatisfy(problem -> assertThat(problem.getField()).isEqualTo("maxMessagesPerMinute"));
    awaitOneBehind("after-rejected");
    assertThat(written(command.getCommandId())).isEmpty();
    assertThat(audited(command.getCommandId())).isEmpty();
  }

  @Test
  void moreProblemsThanARecordHoldsAreCutAndCounted() {
    DirectoryProblem problem = CommandJudge.problem("o".repeat(200), "field", "wrong", "right");

    DirectoryResult result =
        DirectoryOwner.rejected("id", java.util.Collections.nCopies(20_000, problem));

    assertThat(result.getSerializedSize()).isLessThan(DirectoryOwner.MAX_RECORD_BYTES);
    assertThat(result.getProblemsList().getLast().getProblem())
        .isEqualTo((20_000 - (result.getProblemsCount() - 1)) + " more problems");
  }

  @Test
  void aRecordWithoutACommandBlocksNoOther() throws Exception {
    log.write(Topics.DIRECTORY_COMMANDS, 0, "empty", null);

    assertThat(commands.submit(command(objects("afterwards")).build(), LONG).getAccepted())
        .isTrue();
  }

  @Test
  void theSameCommandIdTwiceIsOnceAlsoForTheNextOwner() throws Exception {
    DirectoryCommand command = command(objects("twice")).build();
    DirectoryResult first = commands.submit(command, LONG);
    DirectoryResult again = commands.submit(command, LONG);
    owner.close();
    owner = startOwner();

    DirectoryResult later = commands.submit(command, LONG);

    assertThat(first.getAccepted()).isTrue();
    assertThat(again).isEqualTo(first);
    assertThat(later).isEqualTo(first);
    awaitOneBehind("after-twice");
    assertThat(written(command.getCommandId())).hasSize(4);
    assertThat(audited(command.getCommandId())).hasSize(1);
  }

  @Test
  void aCommandForAnotherVersionIsRejected() throws Exception {
    long version = commands.submit(command(objects("versions")).build(), LONG).getVersion();
    DirectoryObject changed = objects("versions").getFirst();

    DirectoryResult stale =
        commands.submit(command(List.of(changed)).setExpectedVersion(version - 1).build(), LONG);

    assertThat(stale.getAccepted()).isFalse();
    assertThat(stale.getProblemsList())
        .extracting(DirectoryProblem::getField)
        .containsExactly(CommandJudge.EXPECTED_VERSION);
  }

  /** Only changes of the command's own organizations are in its way. */
  @Test
  void aCommandIsRejectedIfItsOrganizationWasChangedSinceItWasSeen() throws Exception {
    long seen = commands.submit(command(objects("seen")).build(), LONG).getVersion();
    commands.submit(command(objects("beside-seen")).build(), LONG);
    DirectoryObject changed =
        DirectoryObject.newBuilder()
            .setOrganization(
                objects("seen").getFirst().getOrganization().toBuilder().setDisplayName("x"))
            .build();

    DirectoryCommand made =
        command(List.of(changed)).setSeenVersion(seen).setExpectedVersion(seen).build();
    long version = commands.submit(made, LONG).getVersion();
    DirectoryResult late =
        commands.submit(made.toBuilder().setCommandId(UUID.randomUUID().toString()).build(), LONG);

    assertThat(version).isGreaterThan(seen);
    assertThat(late.getAccepted()).isFalse();
    assertThat(late.getVersion()).as("what it may be read again from").isEqualTo(version);
    assertThat(late.getProblemsList())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.getField()).isEqualTo(CommandJudge.SEEN_VERSION);
              assertThat(problem.getObject()).isEqualTo("organization/seen");
            });
  }

  @Test
  void aDomainOfAnotherOrganizationIsRefused() throws Exception {
    commands.submit(command(objects("owning")).build(), LONG);
    List<DirectoryObject> theirs =
        DirectoryFile.parse(
                """
                organizations:
                - id: thief
                  acceptedDomains:
                  - { domain: owning.example, mailboxRoute: { host: m.example.com } }
                """
                    .getBytes(StandardCharsets.UTF_8))
            .objects();

    DirectoryResult result = commands.submit(command(theirs).build(), LONG);

    assertThat(result.getAccepted()).isFalse();
    assertThat(result.getProblemsList().toString()).doesNotContain("organization/owning");
  }

  /** An administrator's copies of an approved host must not keep an operator from revoking it. */
  @Test
  void aHostIsRevokedInMoreConnectorsThanACommandHolds() throws Exception {
    commands.submit(command(objects("revoking")).build(), LONG);
    DirectoryObject connector = objects("revoking").getLast();
    long bytes = 0;
    int connectors = 12;
    for (int i = 0; i < connectors; i++) {
      OutboundConnector.Builder large =
          connector.getOutboundConnector().toBuilder()
              .setName("large" + i)
              .clearRecipientDomains()
              .clearSmartHosts()
              .addSmartHosts(NextHopHost.newBuilder().setHost("mail.revoked.example").setPort(25));
      for (int domain = 0; domain < 500; domain++) {
        large.addRecipientDomains(
            "d" + i + "-" + domain + ("." + "x".repeat(60)).repeat(3) + ".example");
      }
      DirectoryObject made = DirectoryObject.newBuilder().setOutboundConnector(large).build();
      bytes += made.getSerializedSize();
      assertThat(commands.submit(command(List.of(made)).build(), LONG).getProblemsList()).isEmpty();
    }
    assertThat(bytes).isGreaterThan(DirectoryOwner.MAX_RECORD_BYTES);
    String key = "outbound-connector/revoking/large0";
    DirectoryCommand revocation =
        command(List.of())
            .setNextHops(NextHopChange.NEXT_HOPS_REVOKED)
            .setNextHopOrganization("revoking")
            .addNextHopValues("mail.revoked.example:25")
            .addExpectedObjects(ExpectedObject.newBuilder().setKey(key).setVersion("another"))
            .build();
    assertThat(commands.submit(revocation, LONG).getProblemsList())
        .extracting(DirectoryProblem::getField)
        .containsExactly(CommandJudge.EXPECTED_OBJECTS);

    await().atMost(LONG).until(() -> reader.current().flatMap(d -> d.object(key)).isPresent());
    String version = ObjectVersion.of(reader.current().orElseThrow().object(key));
    revocation =
        revocation.toBuilder()
            .setCommandId(UUID.randomUUID().toString())
            .setExpectedObjects(0, ExpectedObject.newBuilder().setKey(key).setVersion(version))
            .build();
    DirectoryResult result = commands.submit(revocation, LONG);

    assertThat(result.getProblemsList()).isEmpty();
    awaitWritten(revocation);
    List<DirectoryObject> written = written(revocation.getCommandId());
    assertThat(written).hasSize(connectors + 1);
    assertThat(written).allSatisfy(o -> assertThat(o.getCommandCount()).isEqualTo(connectors + 1));
    assertThat(written.getFirst().getOrganization().getRevokedNextHopsList()).hasSize(1);
    assertThat(written.subList(1, written.size()))
        .allSatisfy(
            o -> assertThat(o.getOutboundConnector().getSmartHosts(0).getUnapproved()).isTrue());
  }

  /** A replica of an earlier version sends the objects. */
  @Test
  void aChangeOfApprovalsWithObjectsIsRefused() throws Exception {
    commands.submit(command(objects("carried")).build(), LONG);
    DirectoryResult result =
        commands.submit(
            command(objects("carried")).setNextHops(NextHopChange.NEXT_HOPS_APPROVED).build(),
            LONG);
    assertThat(result.getProblemsList())
        .extracting(DirectoryProblem::getField)
        .containsExactly("nextHops");
  }

  @Test
  void aRemovedObjectStaysAsAMarkerAndIsGoneForReaders() throws Exception {
    commands.submit(command(objects("removing")).build(), LONG);
    DirectoryObject connector = objects("removing").getLast();
    DirectoryCommand removal =
        command(List.of(connector.toBuilder().setRemoved(true).build())).build();

    DirectoryResult result = commands.submit(removal, LONG);

    assertThat(result.getAccepted()).isTrue();
    awaitWritten(removal);
    assertThat(written(removal.getCommandId()))
        .singleElement()
        .satisfies(
            marker -> {
              assertThat(marker.getRemoved()).isTrue();
              assertThat(marker.getOutboundConnector().getName()).isEqualTo("To Fabrikam");
            });
    try (DirectoryReader<Directory> reader =
        new DirectoryReader<>(log.settings(), Directory::next, AnchorSets.WHOLE, null)) {
      reader.start();
      assertThat(reader.awaitVersion(result.getVersion(), LONG)).isTrue();
      await().atMost(LONG).until(() -> reader.current().isPresent());
      Directory directory = reader.current().orElseThrow();
      assertThat(directory.outboundConnectors("removing")).isEmpty();
      assertThat(directory.routingVersion("removing")).isEqualTo(result.getVersion());
    }
    assertThat(audited(removal.getCommandId()).getFirst().getBeforeList()).hasSize(1);
  }

  /** Who makes and removes objects for ever leaves no marker of each name. */
  @Test
  void aMarkerIsTakenAwayBehindANewerConnectorOfItsOrganization() throws Exception {
    commands.submit(command(objects("churning")).build(), LONG);
    DirectoryObject connector = objects("churning").getLast();
    List<String> names = List.of("first", "second", "third");
    DirectoryResult last = null;
    for (String name : names) {
      DirectoryObject made =
          DirectoryObject.newBuilder()
              .setOutboundConnector(connector.getOutboundConnector().toBuilder().setName(name))
              .build();
      commands.submit(command(List.of(made)).build(), LONG);
      last =
          commands.submit(
              command(List.of(made.toBuilder().setRemoved(true).build())).build(), LONG);
    }
    long newest = Objects.requireNonNull(last).getVersion();

    assertThat(reader.awaitVersion(newest, LONG)).isTrue();
    await()
        .atMost(LONG)
        .untilAsserted(
            () ->
                assertThat(reader.markers("churning"))
                    .containsExactly("outbound-connector/churning/third"));
    assertThat(log.read(Topics.DIRECTORY))
        .filteredOn(record -> record.key().startsWith("outbound-connector/churning/first"))
        .last()
        .satisfies(record -> assertThat(record.value()).isNull());
    assertThat(reader.current().orElseThrow().routingVersion("churning")).isEqualTo(newest);
  }

  @Test
  void bytesThatAreNoCommandAreRejectedAndTheNextOneIsJudged() throws Exception {
    log.write(Topics.DIRECTORY_COMMANDS, 0, "rubbish", new byte[] {1, 2, 3});

    assertThat(commands.submit(command(objects("behind")).build(), LONG).getAccepted()).isTrue();

    assertThat(log.read(Topics.DIRECTORY_RESULTS))
        .filteredOn(record -> record.key().equals("rubbish"))
        .singleElement()
        .satisfies(
            r ->
                assertThat(LogLab.parse(DirectoryResult.parser(), r.value()).getAccepted())
                    .isFalse());
  }
}
