package io.postern.policy.recipients;

import com.google.protobuf.MessageLite;
import io.postern.contracts.RecipientKeys;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.DirectoryCommand;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.MailboxRoute;
import io.postern.contracts.v1.RecipientListChange;
import io.postern.contracts.v1.RecipientListCounts;
import io.postern.contracts.v1.RecipientListState;
import io.postern.contracts.v1.RecipientShard;
import io.postern.rules.Directory;
import io.postern.rules.checks.Quotas;
import io.postern.rules.inbound.RecipientRules;
import io.postern.rules.recipients.LocalParts;
import io.postern.rules.recipients.RecipientList;
import io.postern.rules.recipients.RecipientList.Difference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * One step of a change of a list of recipients, as the directory's owner judges and writes it
 * (docs/design/the-log.md, "Recipient lists"). Pure functions.
 *
 * <p>Bounds: the quota of addresses, of an organization and in all; each has eight bytes in every
 * service that reads the lists.
 */
public final class RecipientListStep {
  /** Field of the problem with which a step is rejected when another change came between. */
  public static final String LIST_ID = "expectedListId";

  private static final int MOST_LOCAL_PART_BYTES = 2 * 64; // its normal form may be longer

  private RecipientListStep() {}

  /** Every problem; empty: the step may be made. */
  public static List<DirectoryProblem> problems(
      Directory directory, Quotas quotas, RecipientListChange step) {
    Optional<AcceptedDomain> domain =
        directory
            .acceptedDomain(step.getDomain())
            .filter(d -> d.getOrganization().equals(step.getOrganization()));
    if (domain.isEmpty()) {
      return List.of(
          problem(
              step, "domain", "it is not an accepted domain of the organization", "add it first"));
    }
    RecipientList before = before(directory, step.getDomain());
    if (!before.state().getListId().equals(step.getExpectedListId())) {
      return List.of(
          problem(
              step,
              LIST_ID,
              "the list was changed at the same time",
              "check the list, and apply yours again"));
    }
    if (step.getListId().isEmpty()) {
      return List.of(problem(step, "listId", "the change has no id", "give it a random one"));
    }
    List<DirectoryProblem> problems = new ArrayList<>();
    Set<Integer> seen = new HashSet<>();
    for (RecipientShard shard : step.getShardsList()) {
      String wrong = seen.add(shard.getShard()) ? wrong(domain.get(), shard) : "duplicate entry";
      if (wrong != null) {
        problems.add(
            problem(step, "shards", "shard " + shard.getShard() + ": " + wrong, "correct it"));
      }
    }
    Difference difference = difference(before, step);
    long more = difference.added() - (long) difference.removed();
    if (more > 0) {
      long own = directory.recipientAddresses(step.getOrganization());
      long most = quotas.of(step.getOrganization()).recipients();
      above("the lists of the organization", own + more, most, step, problems);
      long all = directory.recipientLists().size();
      above("all lists together", all + more, quotas.all().recipients(), step, problems);
    }
    return problems;
  }

  private static void above(
      String lists,
      long addresses,
      long most,
      RecipientListChange step,
      List<DirectoryProblem> problems) {
    if (addresses > most) {
      problems.add(
          problem(
              step,
              "shards",
              "%s would have %,d addresses, and may have %,d".formatted(lists, addresses, most),
              "shorten a list, or use recipientValidation: mailboxRoute"));
    }
  }

  /** The shards, and behind them the list's own record. */
  public static List<ProducerRecord<String, byte[]>> records(
      Directory directory, DirectoryCommand command) {
    RecipientListChange step = command.getRecipients();
    RecipientListState before = before(directory, step.getDomain()).state();
    List<ProducerRecord<String, byte[]>> records = new ArrayList<>();
    for (RecipientShard shard : step.getShardsList()) {
      records.add(record(RecipientKeys.shard(step.getDomain(), shard.getShard()), shard));
    }
    records.add(
        record(
            RecipientKeys.list(step.getDomain()),
            RecipientListState.newBuilder()
                .setDomain(step.getDomain())
                .setOrganization(step.getOrganization())
                .setListId(step.getListId())
                .setUsable(before.getUsable() || step.getLast())
                .setComplete(step.getLast())
                .setAtMillis(command.getAtMillis())
                .setActor(command.getActor())
                .build()));
    return records;
  }

  /**
   * Whether mail to a recipient may go elsewhere behind the step. A list without routes moves none,
   * and what is under way stays so.
   */
  public static boolean mayMoveMail(Directory directory, RecipientListChange step) {
    RecipientList before = before(directory, step.getDomain());
    if (!before.state().getUsable()) {
      return step.getLast(); // the list comes into force
    }
    if (difference(before, step).none()) {
      return false;
    }
    boolean authoritative =
        directory
            .acceptedDomain(step.getDomain())
            .filter(RecipientRules::isAuthoritative)
            .isPresent();
    return !authoritative // there an address itself says: it is here
        || before.routed() > 0
        || step.getShardsList().stream().anyMatch(shard -> shard.getRouteNamesCount() > 0);
  }

  /**
   * The step's domain as it is, to be written behind the step's records in the same transaction.
   *
   * @param end behind the last of these
   */
  public static DirectoryObject domainAgain(
      Directory directory, DirectoryCommand command, long end) {
    AcceptedDomain domain =
        directory.acceptedDomain(command.getRecipients().getDomain()).orElseThrow();
    return DirectoryObject.newBuilder()
        .setAcceptedDomain(domain)
        .setCommandId(command.getCommandId())
        .setCommandCount(1)
        .setRecipientsEnd(end)
        .build();
  }

  /** For the audit: how many addresses, and not which. */
  public static RecipientListCounts counts(Directory directory, RecipientListChange step) {
    RecipientList before = before(directory, step.getDomain());
    Difference difference = difference(before, step);
    return RecipientListCounts.newBuilder()
        .setDomain(step.getDomain())
        .setListId(step.getListId())
        .setAddresses(before.size() + difference.added() - difference.removed())
        .setAdded(difference.added())
        .setRemoved(difference.removed())
        .setRerouted(difference.rerouted())
        .setLast(step.getLast())
        .build();
  }

  /**
   * The end of the lists of domains that a command removes: another organization that has a domain
   * later must not find one (G8). The list's own record says so first, so that no list is seen with
   * shards missing.
   */
  public static List<ProducerRecord<String, byte[]>> removals(
      Directory directory, List<DirectoryObject> changes) {
    List<ProducerRecord<String, byte[]>> records = new ArrayList<>();
    for (DirectoryObject change : changes) {
      if (change.hasAcceptedDomain() && change.getRemoved()) {
        String domain = change.getAcceptedDomain().getDomain();
        directory
            .recipientLists()
            .list(domain)
            .ifPresent(
                list -> {
                  records.add(
                      record(
                          RecipientKeys.list(domain),
                          RecipientListState.newBuilder().setDomain(domain).build()));
                  boolean[] shards = list.shards();
                  for (int i = 0; i < shards.length; i++) {
                    if (shards[i]) {
                      records.add(
                          record(
                              RecipientKeys.shard(domain, i),
                              RecipientShard.newBuilder().setDomain(domain).setShard(i).build()));
                    }
                  }
                });
      }
    }
    return records;
  }

  private static RecipientList before(Directory directory, String domain) {
    return directory.recipientLists().list(domain).orElse(RecipientList.EMPTY);
  }

  private static Difference difference(RecipientList before, RecipientListChange step) {
    return step.getShardsList().stream()
        .filter(shard -> isShard(shard.getShard()))
        .map(before::difference)
        .reduce(Difference.NONE, Difference::plus);
  }

  private static boolean isShard(int number) {
    return number >= 0 && number < RecipientKeys.SHARDS;
  }

  /** Null: nothing. */
  private static @Nullable String wrong(AcceptedDomain domain, RecipientShard shard) {
    if (!isShard(shard.getShard())) {
      return "there is no such shard";
    }
    for (String route : shard.getRouteNamesList()) {
      if (!route.equals(RecipientKeys.ON_PREMISES)
          && domain.getFurtherMailboxRoutesList().stream()
              .map(MailboxRoute::getName)
              .noneMatch(route::equals)) {
        return "the domain has no route " + route;
      }
    }
    if (shard.getRoutesCount() != 0 && shard.getRoutesCount() != shard.getLocalPartsCount()) {
      return "it does not have a route for each address";
    }
    for (String localPart : shard.getLocalPartsList()) {
      if (localPart.isEmpty()
          || localPart.getBytes(StandardCharsets.UTF_8).length > MOST_LOCAL_PART_BYTES
          || !LocalParts.isNormal(localPart)
          || RecipientKeys.shardOfAddress(localPart) != shard.getShard()) {
        return "an address is not normalized, or belongs to another shard";
      }
    }
    return null;
  }

  private static DirectoryProblem problem(
      RecipientListChange step, String field, String problem, String cure) {
    return DirectoryProblem.newBuilder()
        .setObject("accepted-domain/" + step.getDomain())
        .setField(field)
        .setProblem(problem)
        .setCure(cure)
        .build();
  }

  /** Never without a value: a reader that was away for a day would miss it behind compaction. */
  private static ProducerRecord<String, byte[]> record(String key, MessageLite value) {
    return new ProducerRecord<>(Topics.DIRECTORY_RECIPIENTS, 0, key, value.toByteArray());
  }
}
