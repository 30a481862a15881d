package io.postern.policy.scheduler;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.Owner;
import io.postern.contracts.QueueId;
import io.postern.contracts.v1.MessageControl;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The marks of one partition besides its entries: the controls of a whole route or message that are
 * under way ({@code flush/route}, {@code all/queue id}); the last entry that a flush has looked at
 * ({@code cursor/route}); the owner in force ({@code owner}). A store in memory, with a changelog.
 * At most {@link #MOST} flushes and as many controls, for which the caller asks. Owner: the
 * partition's task.
 */
final class ScheduleMarks {
  static final int MOST = 10_000;
  private static final String FLUSH = "flush/";
  private static final String CURSOR = "cursor/";
  private static final String ALL = "all/";
  private static final String OWNER = "owner";

  private final KeyValueStore<String, byte[]> store;
  private int flushes;
  private int ofAll;
  private Owner owner;
  private byte[] ownerText;

  ScheduleMarks(KeyValueStore<String, byte[]> store) {
    this.store = store;
    flushes = count(FLUSH);
    ofAll = count(ALL);
    byte[] stored = store.get(OWNER);
    ownerText = stored == null ? text(Owner.NOBODY) : stored;
    owner = Owner.parse(new String(ownerText, StandardCharsets.US_ASCII));
  }

  private static byte[] text(Owner owner) {
    return owner.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /** The owner in force, as of the outcomes read so far. */
  Owner owner() {
    return owner;
  }

  void owner(Owner inForce) {
    owner = inForce;
    ownerText = text(inForce);
    store.put(OWNER, ownerText);
  }

  /** Whether a header's value names the owner in force. */
  boolean isOwner(byte @Nullable [] value) {
    return Arrays.equals(ownerText, value);
  }

  private int count(String kind) {
    int count = 0;
    try (KeyValueIterator<String, byte[]> marks = store.range(kind, kind + "~")) {
      while (marks.hasNext()) {
        marks.next();
        count++;
      }
    }
    return count;
  }

  /** Whether there is no room for a control of all recipients of one more message. */
  boolean tooManyOfAll() {
    return ofAll >= MOST;
  }

  /** Whether there is no room for the flush. */
  boolean tooManyFlushes(MessageControl flush) {
    return flushes >= MOST && store.get(FLUSH + name(flush)) == null;
  }

  /** Of a route; of an organization's mail for it, it is another flush. */
  private static String name(MessageControl flush) {
    return flush.getOrganization().isEmpty()
        ? flush.getRoute()
        : flush.getRoute() + " " + flush.getOrganization();
  }

  /** No control of a whole route or message is under way. */
  boolean isEmpty() {
    return flushes + ofAll == 0;
  }

  /** A control of all recipients that waits for their first attempts; null: none. */
  @Nullable MessageControl all(QueueId queueId) {
    return parse(store.get(ALL + queueId.value()));
  }

  void all(QueueId queueId, @Nullable MessageControl control) {
    ofAll += put(ALL + queueId.value(), control);
  }

  /** Forgets those that came before the given time. */
  void forgetAll(long before) {
    try (KeyValueIterator<String, byte[]> marks = store.range(ALL, ALL + "~")) {
      while (marks.hasNext()) {
        KeyValue<String, byte[]> mark = marks.next();
        MessageControl control = parse(mark.value);
        if (control == null || control.getAtMillis() < before) {
          store.delete(mark.key);
          ofAll--;
        }
      }
    }
  }

  /** A flush that is under way; null: none. */
  @Nullable MessageControl flush() {
    try (KeyValueIterator<String, byte[]> marks = store.range(FLUSH, FLUSH + "~")) {
      return marks.hasNext() ? parse(marks.next().value) : null;
    }
  }

  /** Begins one. It begins anew when there was one for the route already. */
  void flush(MessageControl control) {
    flushes += put(FLUSH + name(control), control);
    store.delete(CURSOR + name(control));
  }

  void flushed(MessageControl control) {
    flushes += put(FLUSH + name(control), null);
    store.delete(CURSOR + name(control));
  }

  /** The last entry's key that the flush has looked at; empty: none. */
  String cursor(MessageControl flush) {
    byte[] value = store.get(CURSOR + name(flush));
    return value == null ? "" : new String(value, StandardCharsets.UTF_8);
  }

  void cursor(MessageControl flush, String key) {
    store.put(CURSOR + name(flush), key.getBytes(StandardCharsets.UTF_8));
  }

  /** How many marks there are more than before. */
  private int put(String key, @Nullable MessageControl control) {
    boolean known = store.get(key) != null;
    if (control != null) {
      store.put(key, control.toByteArray());
    } else if (known) {
      store.delete(key);
    }
    return (control == null ? 0 : 1) - (known ? 1 : 0);
  }

  private static @Nullable MessageControl parse(byte @Nullable [] value) {
    try {
      return value == null ? null : MessageControl.parseFrom(value);
    } catch (InvalidProtocolBufferException e) {
      return null; // no recipient's place: an administrator may ask again
    }
  }
}
