package io.postern.log.directory;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.DirectoryWeight;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryObject.ObjectCase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The latest object of each key, with a command's objects applied together (docs/design/the-log.md,
 * "Directory"). Owner: the reader's thread.
 *
 * <p>A command's objects follow each other in one transaction of the one writer. It is complete
 * with its last object; with another command's first; or when the reader has passed the
 * transaction's end, since compaction may have taken objects of an old command away.
 */
final class DirectoryState {
  private record Entry(DirectoryObject object, long offset) {
    boolean isKnown() {
      return object.getObjectCase() != ObjectCase.OBJECT_NOT_SET;
    }

    boolean routes() {
      return object.hasInboundConnector()
          || object.hasOutboundConnector()
          || object.hasRoutingRule()
          || object.hasAcceptedDomain();
    }

    /** A marker that is needed for its offset only, which a later record may have in its place. */
    boolean isMarker() {
      return object.getRemoved() && isKnown() && !object.hasOrganization();
    }

    boolean isServed() {
      return object.hasOrganization() && !object.getRemoved();
    }

    /** Empty: the object is of a kind that this version does not know. */
    String organization() {
      return isKnown() ? DirectoryKeys.organizationOf(object) : "";
    }
  }

  private record PendingObject(String key, @Nullable DirectoryObject object, long offset) {}

  private final AnchorSets anchorSets;
  private final Map<String, Entry> entries = new HashMap<>();
  private final Map<String, TreeSet<String>> markers = new HashMap<>();
  private final Map<String, DirectoryObject> changes = new LinkedHashMap<>();
  private final Map<String, Long> routingVersions = new HashMap<>();
  private final Map<String, Long> organizationVersions = new HashMap<>();
  private boolean recount; // an object has gone to another organization
  private int organizations;
  private final List<PendingObject> waiting = new ArrayList<>();
  private String waitingCommand = "";
  private long version = -1;
  private long recipientsEnd;
  private long weight;

  DirectoryState(AnchorSets anchorSets) {
    this.anchorSets = anchorSets;
  }

  /**
   * Takes the next record. A value of null takes the marker of a removed object away, and is no
   * version: a reader that begins behind compaction does not see it.
   */
  void add(String key, byte @Nullable [] value, long offset) throws InvalidProtocolBufferException {
    DirectoryObject object =
        value == null ? null : anchorSets.kept(DirectoryObject.parseFrom(value));
    String command = object == null ? "" : object.getCommandId();
    if (!command.equals(waitingCommand)) {
      applyWaiting();
      waitingCommand = command;
    }
    waiting.add(new PendingObject(key, object, offset));
    if (object == null || object.getCommandIndex() >= object.getCommandCount() - 1) {
      applyWaiting();
    }
  }

  /**
   * The reader's position after the records it has read: beyond the next offset, the transaction
   * has ended.
   */
  void passed(long position) {
    if (!waiting.isEmpty() && position > waiting.getLast().offset() + 1) {
      applyWaiting();
    }
  }

  /** Offset of the last command's last object; -1 before the first. */
  long version() {
    return version;
  }

  /**
   * The end of the lists of recipients that the newest object of a domain names: all before it in
   * {@code directory.recipients} belongs to the routing version. 0: none does.
   */
  long recipientsEnd() {
    return recipientsEnd;
  }

  /**
   * The objects that were written since the last call, removed ones included, of kinds that this
   * version knows.
   */
  List<DirectoryObject> changes() {
    List<DirectoryObject> taken = List.copyOf(changes.values());
    changes.clear();
    return taken;
  }

  /** True: Postern serves an organization. */
  boolean hasOrganization() {
    return organizations > 0;
  }

  /**
   * By organization, the highest offset among its connectors and accepted domains, removed ones
   * included. Only from records that compaction keeps: two readers that started at different times
   * must agree, or a delivery would circle between them.
   */
  Map<String, Long> routingVersions() {
    countAgain();
    return Map.copyOf(routingVersions);
  }

  /** By organization, the highest offset among all of its objects, removed ones included. */
  Map<String, Long> organizationVersions() {
    countAgain();
    return Map.copyOf(organizationVersions);
  }

  private static long weight(@Nullable Entry entry) {
    return entry == null ? 0 : DirectoryWeight.of(entry.object());
  }

  private void countAgain() {
    if (recount) {
      recount = false;
      routingVersions.clear();
      organizationVersions.clear();
      entries.values().forEach(this::count);
    }
  }

  private void count(Entry entry) {
    if (entry.isKnown()) {
      organizationVersions.merge(entry.organization(), entry.offset(), Math::max);
    }
    if (entry.routes()) {
      routingVersions.merge(entry.organization(), entry.offset(), Math::max);
    }
  }

  private void applyWaiting() {
    for (PendingObject record : waiting) {
      if (record.object() == null) {
        replace(record.key(), entries.remove(record.key()), null);
      } else {
        Entry entry = new Entry(record.object(), record.offset());
        replace(record.key(), entries.put(record.key(), entry), entry);
        if (record.object().getRecipientsEnd() > 0) {
          recipientsEnd = record.object().getRecipientsEnd();
        }
      }
      if (record.object() != null) {
        version = record.offset();
      }
    }
    waiting.clear();
    waitingCommand = "";
  }

  /**
   * By organization, the keys of its removed objects whose markers are still in the topic, without
   * its own.
   */
  Map<String, List<String>> markers() {
    Map<String, List<String>> all = new HashMap<>();
    markers.forEach((organization, keys) -> all.put(organization, List.copyOf(keys)));
    return Map.copyOf(all);
  }

  private void mark(String key, @Nullable Entry former, @Nullable Entry entry) {
    if (former != null && former.isMarker()) {
      markers.computeIfPresent(
          former.organization(), (_, keys) -> keys.remove(key) && keys.isEmpty() ? null : keys);
    }
    if (entry != null && entry.isMarker()) {
      markers.computeIfAbsent(entry.organization(), _ -> new TreeSet<>()).add(key);
    }
  }

  /** Forgets all, before it is given up. */
  void clear() {
    entries.clear();
    changes.clear();
    waiting.clear();
    markers.clear();
    weight = 0;
  }

  /** Heap that the objects need, in bytes, by {@link DirectoryWeight}. */
  long weight() {
    return weight;
  }

  private void replace(String key, @Nullable Entry former, @Nullable Entry entry) {
    weight += weight(entry) - weight(former);
    mark(key, former, entry);
    if (former != null && former.isServed()) {
      organizations--;
    }
    if (entry != null && entry.isServed()) {
      organizations++;
    }
    if (entry != null && entry.isKnown()) {
      changes.put(key, entry.object());
    } else if (former != null && former.isKnown()) {
      changes.put(key, former.object().toBuilder().setRemoved(true).build());
    }
    if (entry != null) {
      count(entry);
    }
    // Its former organization keeps no version of a record that compaction takes away.
    recount |=
        former != null && (entry == null || !former.organization().equals(entry.organization()));
  }
}
