package io.postern.rules.recipients;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.RecipientKeys;
import io.postern.contracts.v1.RecipientListState;
import io.postern.contracts.v1.RecipientShard;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The fold of the records of {@code directory.recipients} into lists (docs/design/the-log.md,
 * "Recipient lists"). Owner: one thread.
 *
 * <p>Memory: eight bytes an address, twice while a list changes; and the changed shards as they
 * were read until {@link #lists} is called, or until 4 MiB of them wait.
 */
public final class RecipientRecords {
  private static final int MOST_WAITING_BYTES = 4 << 20;

  private final Map<String, RecipientList> lists = new HashMap<>();
  private final Map<String, Waiting> waiting = new HashMap<>();
  private int waitingBytes;

  /** Records of one domain that its list does not show yet. */
  private static final class Waiting {
    RecipientListState state;
    final Map<Integer, RecipientShard> shards = new HashMap<>();

    Waiting(RecipientListState state) {
      this.state = state;
    }
  }

  /** The topic is read from its start: all that was taken is forgotten. */
  public void begin() {
    lists.clear();
    waiting.clear();
    waitingBytes = 0;
  }

  /** Takes the next record. A value of null says as much as an empty one. */
  public void take(String key, byte @Nullable [] value) throws InvalidProtocolBufferException {
    String domain = RecipientKeys.domain(key);
    if (RecipientKeys.isShard(key)) {
      int shard = RecipientKeys.shardOf(key);
      waiting(domain).shards.put(shard, shard(shard, value));
      waitingBytes += value == null ? 0 : value.length;
      if (waitingBytes > MOST_WAITING_BYTES) {
        merge();
      }
      return;
    }
    RecipientListState state =
        value == null
            ? RecipientListState.getDefaultInstance()
            : RecipientListState.parseFrom(value);
    if (state.getListId().isEmpty()) {
      // Its shards follow: it is not to be seen with some of them missing.
      lists.remove(domain);
      waiting.remove(domain);
    } else {
      waiting(domain).state = state;
    }
  }

  private Waiting waiting(String domain) {
    return waiting.computeIfAbsent(domain, d -> new Waiting(list(d).state()));
  }

  /** The lists as the records taken so far make them. */
  public RecipientLists lists() {
    merge();
    return new RecipientLists(lists);
  }

  private void merge() {
    waiting.forEach(
        (domain, changed) -> {
          RecipientList list = list(domain).with(changed.state, changed.shards);
          if (list.size() == 0 && list.state().getListId().isEmpty()) {
            lists.remove(domain); // the rest of a list that was removed
          } else {
            lists.put(domain, list);
          }
        });
    waiting.clear();
    waitingBytes = 0;
  }

  private RecipientList list(String domain) {
    return lists.getOrDefault(domain, RecipientList.EMPTY);
  }

  private static RecipientShard shard(int number, byte @Nullable [] value)
      throws InvalidProtocolBufferException {
    RecipientShard shard =
        value == null ? RecipientShard.getDefaultInstance() : RecipientShard.parseFrom(value);
    return shard.toBuilder().setShard(number).build();
  }
}
