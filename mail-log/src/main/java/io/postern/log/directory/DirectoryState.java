package io.postern.log.directory;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryObject.ObjectCase;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  private record Entry(DirectoryObject object, long offset) {}

  private record PendingObject(String key, @Nullable DirectoryObject object, long offset) {}

  // In the order of keys' first appearance, so that snapshots do not differ by chance.
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final List<PendingObject> waiting = new ArrayList<>();
  private String waitingCommand = "";
  private long version = -1;
  private long recipientsEnd;

  /**
   * Takes the next record. A value of null removes the key without a trace; the writer does not do
   * that.
   */
  void add(String key, byte @Nullable [] value, long offset) throws InvalidProtocolBufferException {
    DirectoryObject object = value == null ? null : DirectoryObject.parseFrom(value);
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

  /** Objects that are not removed, and of a kind that this version knows. */
  Collection<DirectoryObject> objects() {
    return entries.values().stream()
        .map(Entry::object)
        .filter(o -> !o.getRemoved() && o.getObjectCase() != ObjectCase.OBJECT_NOT_SET)
        .toList();
  }

  /** True: Postern serves an organization. */
  boolean hasOrganization() {
    return objects().stream().anyMatch(DirectoryObject::hasOrganization);
  }

  /**
   * By organization, the highest offset among its connectors and accepted domains, removed ones
   * included. Only from records that compaction keeps: two readers that started at different times
   * must agree, or a delivery would circle between them.
   */
  Map<String, Long> routingVersions() {
    Map<String, Long> versions = new HashMap<>();
    for (Entry entry : entries.values()) {
      switch (entry.object().getObjectCase()) {
        case INBOUND_CONNECTOR, OUTBOUND_CONNECTOR, ACCEPTED_DOMAIN ->
            versions.merge(DirectoryKeys.organizationOf(entry.object()), entry.offset(), Math::max);
        case ORGANIZATION, ANCHOR_SET, OBJECT_NOT_SET -> {
          // routes nothing
        }
      }
    }
    return Map.copyOf(versions);
  }

  /** By organization, the highest offset among all of its objects, removed ones included. */
  Map<String, Long> organizationVersions() {
    Map<String, Long> versions = new HashMap<>();
    for (Entry entry : entries.values()) {
      if (entry.object().getObjectCase() != ObjectCase.OBJECT_NOT_SET) {
        versions.merge(DirectoryKeys.organizationOf(entry.object()), entry.offset(), Math::max);
      }
    }
    return Map.copyOf(versions);
  }

  private void applyWaiting() {
    for (PendingObject record : waiting) {
      if (record.object() == null) {
        entries.remove(record.key());
      } else {
        entries.put(record.key(), new Entry(record.object(), record.offset()));
        if (record.object().getRecipientsEnd() > 0) {
          recipientsEnd = record.object().getRecipientsEnd();
        }
      }
      version = record.offset();
    }
    waiting.clear();
    waitingCommand = "";
  }
}
