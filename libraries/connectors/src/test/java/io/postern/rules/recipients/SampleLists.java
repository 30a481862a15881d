package io.postern.rules.recipients;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.RecipientKeys;
import io.postern.contracts.v1.RecipientListState;
import io.postern.contracts.v1.RecipientShard;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Lists of recipients as records of the log make them. */
public final class SampleLists {
  private SampleLists() {}

  /** The usable list of one domain: local parts in their normal form, with the route they name. */
  public static RecipientLists of(
      String organization, String domain, Map<String, String> recipients) {
    RecipientRecords records = new RecipientRecords();
    shards(domain, recipients)
        .forEach(
            shard ->
                take(records, RecipientKeys.shard(domain, shard.getShard()), shard.toByteArray()));
    take(records, domain, state(organization, domain, "1").toByteArray());
    return records.lists();
  }

  static RecipientListState state(String organization, String domain, String listId) {
    return RecipientListState.newBuilder()
        .setDomain(domain)
        .setOrganization(organization)
        .setListId(listId)
        .setUsable(true)
        .setComplete(true)
        .build();
  }

  /** The shards that have an address. */
  static List<RecipientShard> shards(String domain, Map<String, String> recipients) {
    Map<Integer, RecipientShard.Builder> shards = new TreeMap<>();
    new TreeMap<>(recipients)
        .forEach(
            (localPart, route) -> {
              int number = RecipientKeys.shardOfAddress(localPart);
              RecipientShard.Builder shard =
                  shards.computeIfAbsent(
                      number, n -> RecipientShard.newBuilder().setDomain(domain).setShard(n));
              shard.addLocalParts(localPart);
              int named = shard.getRouteNamesList().indexOf(route);
              if (named < 0 && !route.isEmpty()) {
                named = shard.getRouteNamesCount();
                shard.addRouteNames(route);
              }
              shard.addRoutes(route.isEmpty() ? 0 : named + 1);
            });
    List<RecipientShard> built = new ArrayList<>();
    shards.values().forEach(shard -> built.add(shard.build()));
    return built;
  }

  static void take(RecipientRecords records, String key, byte[] value) {
    try {
      records.take(key, value);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }
}
