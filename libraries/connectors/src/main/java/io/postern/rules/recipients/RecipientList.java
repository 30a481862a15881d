package io.postern.rules.recipients;

import io.postern.contracts.RecipientKeys;
import io.postern.contracts.v1.RecipientListState;
import io.postern.contracts.v1.RecipientShard;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The list of one domain's recipients: for each the mailbox route that it names, if any. Immutable;
 * any thread.
 *
 * <p>Eight bytes an address: its shard (8 bits), a keyed hash of it (48) and the number of its
 * route (8), sorted. An address that is not in the list is taken for one that is with a probability
 * of (addresses of its shard) / 2^48: for a list of 100,000 one in 7e11. One that is in it is
 * always found. Two addresses of one list share a hash, so that one may get the other's route, with
 * 7e-8 for such a list.
 */
public final class RecipientList {
  /** No address, nobody's. */
  public static final RecipientList EMPTY =
      new RecipientList(
          RecipientListState.getDefaultInstance(), new AddressHash(), new long[0], List.of(""));

  private static final int MOST_ROUTES = 256;

  private final RecipientListState state;
  private final AddressHash hash;
  private final long[] entries;
  private final List<String> routes; // by number; 0: none is named

  private RecipientList(
      RecipientListState state, AddressHash hash, long[] entries, List<String> routes) {
    this.state = state;
    this.hash = hash;
    this.entries = entries;
    this.routes = routes;
  }

  /**
   * How one step changes a list.
   *
   * @param rerouted addresses of both lists, with another route
   * @param unrouted addresses that named a route, and name none or are not in the list any more
   */
  public record Difference(int added, int removed, int rerouted, int unrouted) {
    public static final Difference NONE = new Difference(0, 0, 0, 0);

    public boolean none() {
      return added == 0 && removed == 0 && rerouted == 0;
    }

    public Difference plus(Difference other) {
      return new Difference(
          added + other.added,
          removed + other.removed,
          rerouted + other.rerouted,
          unrouted + other.unrouted);
    }
  }

  /** The list's record: whose it is, and by which change. */
  public RecipientListState state() {
    return state;
  }

  /** Number of addresses. */
  public int size() {
    return entries.length;
  }

  /** Memory of the addresses. */
  long bytes() {
    return (long) entries.length * Long.BYTES;
  }

  /**
   * The name of the route of an address; "" when it names none; empty when the list does not have
   * the address.
   *
   * @param normal the local part, by {@link LocalParts#normal}
   */
  public Optional<String> route(String normal) {
    long address = address(normal);
    int first = notBefore(address);
    return first < entries.length && addressOf(entries[first]) == address
        ? Optional.of(routes.get((int) (entries[first] & 0xff)))
        : Optional.empty();
  }

  /** Number of addresses by the route that they name; "": none. */
  public Map<String, Integer> sizes() {
    int[] counts = new int[routes.size()];
    for (long entry : entries) {
      counts[(int) (entry & 0xff)]++;
    }
    Map<String, Integer> sizes = new TreeMap<>();
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] > 0) {
        sizes.put(routes.get(i), counts[i]);
      }
    }
    return sizes;
  }

  /** Number of addresses that name a route. */
  public int routed() {
    int routed = 0;
    for (long entry : entries) {
      routed += (entry & 0xff) == 0 ? 0 : 1;
    }
    return routed;
  }

  /** The numbers of the shards that have an address. */
  public boolean[] shards() {
    boolean[] shards = new boolean[RecipientKeys.SHARDS];
    for (long entry : entries) {
      shards[shardOf(entry)] = true;
    }
    return shards;
  }

  /** The changes that the shard would make here. */
  public Difference difference(RecipientShard shard) {
    long[] fresh = new long[shard.getLocalPartsCount()];
    int added = 0;
    int rerouted = 0;
    int unrouted = 0;
    for (int i = 0; i < fresh.length; i++) {
      String localPart = shard.getLocalParts(i);
      fresh[i] = address(localPart);
      Optional<String> before = route(localPart);
      if (before.isEmpty()) {
        added++;
      } else if (!before.get().equals(routeName(shard, i))) {
        rerouted++;
        unrouted += routeName(shard, i).isEmpty() ? 1 : 0;
      }
    }
    Arrays.sort(fresh);
    int removed = 0;
    for (int i = begin(shard.getShard()); i < entries.length; i++) {
      if (shardOf(entries[i]) != shard.getShard()) {
        break;
      }
      if (Arrays.binarySearch(fresh, addressOf(entries[i])) < 0) {
        removed++;
        unrouted += (entries[i] & 0xff) == 0 ? 0 : 1;
      }
    }
    return new Difference(added, removed, rerouted, unrouted);
  }

  /** This list with shards replaced. */
  RecipientList with(RecipientListState newState, Map<Integer, RecipientShard> shards) {
    List<String> names = new ArrayList<>(List.of(""));
    int kept = 0;
    int added = 0;
    for (long entry : entries) {
      kept += shards.containsKey(shardOf(entry)) ? 0 : 1;
    }
    for (RecipientShard shard : shards.values()) {
      added += shard.getLocalPartsCount();
    }
    long[] all = new long[kept + added];
    int at = 0;
    for (long entry : entries) {
      if (!shards.containsKey(shardOf(entry))) {
        all[at++] = addressOf(entry) | number(names, routes.get((int) (entry & 0xff)));
      }
    }
    for (RecipientShard shard : shards.values()) {
      for (int i = 0; i < shard.getLocalPartsCount(); i++) {
        all[at++] =
            address(shard.getShard(), shard.getLocalParts(i)) | number(names, routeName(shard, i));
      }
    }
    Arrays.sort(all);
    return new RecipientList(newState, hash, all, List.copyOf(names));
  }

  /** The route that a shard's address names; "": none. */
  public static String routeName(RecipientShard shard, int index) {
    int number = index < shard.getRoutesCount() ? shard.getRoutes(index) : 0;
    return number > 0 && number <= shard.getRouteNamesCount()
        ? shard.getRouteNames(number - 1)
        : "";
  }

  private int begin(int shard) {
    return notBefore((long) shard << (AddressHash.BITS + 8));
  }

  private int notBefore(long entry) {
    int at = Arrays.binarySearch(entries, entry);
    return at < 0 ? -at - 1 : at;
  }

  private static int number(List<String> names, String name) {
    int number = names.indexOf(name);
    if (number >= 0) {
      return number;
    }
    if (names.size() == MOST_ROUTES) {
      throw new IllegalArgumentException("a list names more than 255 routes");
    }
    names.add(name);
    return names.size() - 1;
  }

  private long address(String normal) {
    return address(RecipientKeys.shardOfAddress(normal), normal);
  }

  private long address(int shard, String normal) {
    return (long) shard << (AddressHash.BITS + 8) | hash.of(normal) << 8;
  }

  private static long addressOf(long entry) {
    return entry & ~0xffL;
  }

  private static int shardOf(long entry) {
    return (int) (entry >>> (AddressHash.BITS + 8));
  }
}
