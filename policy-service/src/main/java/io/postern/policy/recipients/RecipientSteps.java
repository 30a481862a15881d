package io.postern.policy.recipients;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.DirectoryCommand;
import io.postern.contracts.v1.RecipientListChange;
import io.postern.contracts.v1.RecipientShard;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The commands that make a change of a list, in their order. Each waits for the one before, and is
 * rejected when another change came between. Pure.
 */
public final class RecipientSteps {
  private static final int MOST_BYTES = 700_000;

  private RecipientSteps() {}

  public static List<DirectoryCommand> of(
      AcceptedDomain domain, RecipientComparison comparison, String actor, String reason) {
    return of(domain, comparison, actor, reason, MOST_BYTES);
  }

  static List<DirectoryCommand> of(
      AcceptedDomain domain,
      RecipientComparison comparison,
      String actor,
      String reason,
      int mostBytes) {
    List<RecipientListChange.Builder> steps = new ArrayList<>();
    int bytes = 0;
    for (RecipientShard shard : comparison.shards()) {
      bytes += shard.getSerializedSize();
      if (steps.isEmpty() || bytes > mostBytes) {
        steps.add(RecipientListChange.newBuilder());
        bytes = shard.getSerializedSize();
      }
      steps.getLast().addShards(shard);
    }
    if (steps.isEmpty()) {
      steps.add(RecipientListChange.newBuilder()); // a change before ended half-way
    }
    steps.getLast().setLast(true);
    List<DirectoryCommand> commands = new ArrayList<>();
    String expected = comparison.before();
    for (RecipientListChange.Builder step : steps) {
      String listId = UUID.randomUUID().toString();
      step.setDomain(domain.getDomain())
          .setOrganization(domain.getOrganization())
          .setListId(listId)
          .setExpectedListId(expected);
      expected = listId;
      commands.add(
          DirectoryCommand.newBuilder()
              .setCommandId(UUID.randomUUID().toString())
              .setActor(actor)
              .setRecipients(step)
              .setExpectedVersion(-1)
              .setAtMillis(System.currentTimeMillis())
              .setSource("api")
              .setReason(reason)
              .build());
    }
    return commands;
  }
}
