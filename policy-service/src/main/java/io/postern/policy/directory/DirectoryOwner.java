package io.postern.policy.directory;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.DirectoryAudit;
import io.postern.contracts.v1.DirectoryCommand;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.DirectoryResult;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.directory.DirectoryReader;
import io.postern.policy.GroupMember;
import io.postern.policy.Worker;
import io.postern.policy.recipients.RecipientListStep;
import io.postern.rules.Directory;
import io.postern.rules.checks.Markers;
import io.postern.rules.checks.Quotas;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The owner of the directory, while it has the commands' one partition
 * (docs/design/architecture.md, "Directory and administration"). It judges each command against the
 * whole directory, and writes objects or shards of a list of recipients, answer, audit record and
 * its own position in one transaction. A command id that comes twice gets the same answer again
 * (remembered for the last 10,000 commands).
 *
 * <p>Owner: its worker's thread. After a failure it aborts the transaction, reads the directory
 * anew to an end asked for afterwards, and judges the command again; it skips nothing.
 */
public final class DirectoryOwner implements Worker.Task {
  static final int MAX_RECORD_BYTES = 1_000_000;
  private static final String ANCHOR_SETS = "anchor-set/";
  private static final int MAX_PROBLEM_BYTES = 500_000;
  private static final int PROBLEM_OVERHEAD = 10;
  private static final Logger LOG = Logger.getLogger(DirectoryOwner.class);
  // A command ends both waits at once.
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final int FETCH_WAIT_MILLIS = 2_000;
  private static final Duration READ = Duration.ofSeconds(10);
  private static final Duration SEND = Duration.ofSeconds(6);

  private final LogSettings settings;
  private final DirectoryReader<Directory> reader;
  private final Quotas quotas;
  private final ChangeRates rates;
  private final Consumer<Boolean> answers;
  private boolean assigned;
  private @Nullable OwnedDirectory owned;

  /**
   * @param reader the service's, started
   * @param answers takes whether a command was accepted, at each answer; on the worker's thread
   */
  private DirectoryOwner(
      LogSettings settings,
      DirectoryReader<Directory> reader,
      Quotas quotas,
      ChangeRates rates,
      Consumer<Boolean> answers) {
    this.settings = settings;
    this.reader = reader;
    this.quotas = quotas;
    this.rates = rates;
    this.answers = answers;
  }

  /**
   * A worker for it, to be started.
   *
   * @param reader the service's, started before it
   * @param answers takes whether a command was accepted, at each answer; on the worker's thread
   */
  public static Worker worker(
      LogSettings settings,
      DirectoryReader<Directory> reader,
      Quotas quotas,
      ChangeRates rates,
      Consumer<Boolean> answers) {
    return new Worker(
        settings,
        ConsumerGroups.DIRECTORY_OWNER,
        List.of(Topics.DIRECTORY_COMMANDS),
        Map.of(
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
            10,
            ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
            FETCH_WAIT_MILLIS),
        new DirectoryOwner(settings, reader, quotas, rates, answers));
  }

  @Override
  public void assigned(Collection<TopicPartition> partitions) {
    if (!partitions.isEmpty()) {
      assigned = true;
      forget();
    }
  }

  @Override
  public void round(GroupMember member) throws LogUnavailableException {
    ConsumerRecords<String, byte[]> records = member.poll(POLL);
    if (assigned && owned == null) {
      try {
        owned = OwnedDirectory.read(settings, reader, READ);
      } catch (LogUnavailableException e) {
        member.giveBack(records);
        throw e;
      }
    }
    for (ConsumerRecord<String, byte[]> record : records) {
      OwnedDirectory own = owned;
      Directory directory = own == null ? null : own.directory().orElse(null);
      if (own == null || directory == null || !handled(member, record, own, directory)) {
        forget();
        member.startOver();
        return;
      }
    }
  }

  @Override
  public void ended() {
    assigned = false;
    forget();
  }

  private boolean handled(
      GroupMember member,
      ConsumerRecord<String, byte[]> record,
      OwnedDirectory own,
      Directory directory) {
    try {
      DirectoryResult result = write(member, record, own, directory);
      answers.accept(result.getAccepted());
      return own.answered(result, READ);
    } catch (KafkaException | TimeoutException e) {
      LOG.warnf("command %s was not written, and is processed again: %s", record.key(), e);
      return false;
    }
  }

  /** Answer, objects, audit and position; committed when this returns. */
  private DirectoryResult write(
      GroupMember member,
      ConsumerRecord<String, byte[]> record,
      OwnedDirectory own,
      Directory directory)
      throws TimeoutException {
    member.begin();
    DirectoryResult result;
    try {
      if (record.value() == null) {
        throw new InvalidProtocolBufferException("no value");
      }
      DirectoryCommand command = DirectoryCommand.parseFrom(record.value());
      DirectoryResult before = own.answer(command.getCommandId());
      result = before != null ? before : decide(member, command, own, directory);
    } catch (InvalidProtocolBufferException e) {
      LOG.errorf(
          "%s-%d offset %d is not a command", record.topic(), record.partition(), record.offset());
      result =
          rejected(
              record.key() == null ? "" : record.key(),
              List.of(CommandJudge.problem("", "", "this is not a command", "send a valid one")));
    }
    var unused = member.send(record(Topics.DIRECTORY_RESULTS, result.getCommandId(), result));
    member.commit(
        Map.of(new TopicPartition(record.topic(), record.partition()), record.offset() + 1));
    return result;
  }

  private DirectoryResult decide(
      GroupMember member, DirectoryCommand command, OwnedDirectory own, Directory directory)
      throws TimeoutException {
    List<DirectoryProblem> problems;
    try {
      problems = CommandJudge.judge(directory, id -> own.changed(List.of(id)), quotas, command);
      // Whoever repairs what an administrator does must not be kept from it.
      if (problems.isEmpty() && !command.getByOperator()) {
        problems = rates.count(command, directory).stream().toList();
      }
    } catch (RuntimeException e) {
      LOG.errorf(e, "command %s could not be processed", command.getCommandId());
      problems =
          List.of(
              CommandJudge.problem(
                  "", "", "the command could not be processed", "see the log of policy-service"));
    }
    if (!problems.isEmpty()) {
      DirectoryResult result = rejected(command.getCommandId(), problems);
      return CommandJudge.isLate(problems.getFirst())
          ? result.toBuilder().setVersion(own.changed(CommandJudge.organizations(command))).build()
          : result;
    }
    if (command.hasRecipients()) {
      return recipients(member, command, directory);
    }
    List<DirectoryObject> after = numbered(command, directory, own.recipientsEnd());
    List<DirectoryAudit> audits = AuditRecords.of(command, directory, after);
    for (DirectoryAudit audit : audits) {
      if (audit.getSerializedSize() > MAX_RECORD_BYTES) { // one object
        return rejected(
            command.getCommandId(),
            List.of(
                CommandJudge.problem(
                    DirectoryKeys.key(audit.getAfter(0)),
                    "",
                    "it has "
                        + audit.getSerializedSize()
                        + " bytes before and after the change, of which a record keeps 1 MB",
                    "remove it first, and add it again")));
      }
    }
    Future<RecordMetadata> last = null;
    for (DirectoryObject object : after) {
      last = member.send(record(Topics.DIRECTORY, DirectoryKeys.key(object), object));
    }
    long version = offset(last);
    takeMarkersAway(member, own, after);
    for (DirectoryAudit audit : audits) {
      var unused =
          member.send(
              record(
                  Topics.DIRECTORY_AUDIT,
                  audit.getCommandId(),
                  audit.toBuilder().setVersion(version).build()));
    }
    return DirectoryResult.newBuilder()
        .setCommandId(command.getCommandId())
        .setAccepted(true)
        .setVersion(version)
        .setRecipientsEnd(sendAll(member, RecipientListStep.removals(directory, after)))
        .build();
  }

  /**
   * Who makes and removes objects would leave a marker of each name for ever ({@link Markers}).
   * That of an anchor set holds no routing version, and goes with any object.
   */
  private static void takeMarkersAway(
      GroupMember member, OwnedDirectory own, List<DirectoryObject> written) {
    Set<String> keys = written.stream().map(DirectoryKeys::key).collect(Collectors.toSet());
    Map<String, Boolean> routing = new HashMap<>();
    for (DirectoryObject object : written) {
      routing.merge(
          DirectoryKeys.organizationOf(object), Markers.areReplacedBy(object), Boolean::logicalOr);
    }
    routing.forEach(
        (organization, routes) ->
            own.markers(organization).stream()
                .filter(key -> !keys.contains(key))
                .filter(key -> routes || key.startsWith(ANCHOR_SETS))
                .limit(Markers.most(written))
                .forEach(
                    key -> {
                      var unused =
                          member.send(new ProducerRecord<>(Topics.DIRECTORY, 0, key, null));
                    }));
  }

  /**
   * A step of a change of a list. Where it may move mail the domain's object is written again
   * behind it, so that the organization's routing version moves; else the directory stays as it is.
   */
  private static DirectoryResult recipients(
      GroupMember member, DirectoryCommand command, Directory directory) throws TimeoutException {
    long end = sendAll(member, RecipientListStep.records(directory, command));
    long version = directory.version();
    if (RecipientListStep.mayMoveMail(directory, command.getRecipients())) {
      DirectoryObject again = RecipientListStep.domainAgain(directory, command, end);
      version = offset(member.send(record(Topics.DIRECTORY, DirectoryKeys.key(again), again)));
    }
    var unused =
        member.send(
            record(
                Topics.DIRECTORY_AUDIT,
                command.getCommandId(),
                AuditRecords.head(command)
                    .setVersion(version)
                    .setRecipients(RecipientListStep.counts(directory, command.getRecipients()))
                    .build()));
    return DirectoryResult.newBuilder()
        .setCommandId(command.getCommandId())
        .setAccepted(true)
        .setVersion(version)
        .setRecipientsEnd(end)
        .build();
  }

  /** Behind the last record; 0 without records. */
  private static long sendAll(GroupMember member, List<ProducerRecord<String, byte[]>> records)
      throws TimeoutException {
    Future<RecordMetadata> last = null;
    for (ProducerRecord<String, byte[]> record : records) {
      last = member.send(record);
    }
    return last == null ? 0 : offset(last) + 1;
  }

  private static List<DirectoryObject> numbered(
      DirectoryCommand command, Directory directory, long recipientsEnd) {
    List<DirectoryObject> objects = new ArrayList<>();
    List<DirectoryObject> changes = CommandJudge.approved(directory, command).objects();
    for (DirectoryObject change : changes) {
      DirectoryObject kept = change.getRemoved() ? AuditRecords.identity(change) : change;
      objects.add(
          kept.toBuilder()
              .setCommandId(command.getCommandId())
              .setCommandCount(changes.size())
              .setCommandIndex(objects.size())
              .setRecipientsEnd(change.hasAcceptedDomain() ? recipientsEnd : 0)
              .build());
    }
    return objects;
  }

  // All problems of a large command may not fit into a record, and an answer that cannot be written
  // would be tried for ever.
  static DirectoryResult rejected(String commandId, List<DirectoryProblem> problems) {
    DirectoryResult.Builder result =
        DirectoryResult.newBuilder().setCommandId(commandId).setVersion(-1);
    int bytes = 0;
    for (DirectoryProblem problem : problems) {
      bytes += problem.getSerializedSize() + PROBLEM_OVERHEAD;
      if (bytes > MAX_PROBLEM_BYTES) {
        int more = problems.size() - result.getProblemsCount();
        return result
            .addProblems(
                CommandJudge.problem(
                    "", "", more + " more problems", "correct the listed ones first"))
            .build();
      }
      result.addProblems(problem);
    }
    return result.build();
  }

  private static ProducerRecord<String, byte[]> record(
      String topic, String key, MessageLite value) {
    return new ProducerRecord<>(topic, 0, key, value.toByteArray());
  }

  private static long offset(@Nullable Future<RecordMetadata> sent) throws TimeoutException {
    if (sent == null) {
      throw new IllegalStateException("a command without changes was accepted");
    }
    try {
      return sent.get(SEND.toMillis(), TimeUnit.MILLISECONDS).offset();
    } catch (ExecutionException e) {
      throw new KafkaException("the directory was not written", e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private void forget() {
    owned = null;
  }
}
