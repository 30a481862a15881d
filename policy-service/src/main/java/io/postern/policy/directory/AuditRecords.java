package io.postern.policy.directory;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryAudit;
import io.postern.contracts.v1.DirectoryCommand;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.rules.Directory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a command changes, before and after, for {@code directory.audit}: one record, or several
 * where one would be larger than a record may be. An object's two states are in one of them. Pure.
 */
final class AuditRecords {
  private static final int OBJECT_OVERHEAD = 10; // tag and length
  private static final OneofDescriptor KIND =
      DirectoryObject.getDescriptor().getOneofs().getFirst();
  private static final Set<String> IDENTITY = Set.of("id", "domain", "name", "organization");

  private AuditRecords() {}

  /**
   * Each within {@link DirectoryOwner#MAX_RECORD_BYTES}, but for one whose one object is larger.
   */
  static List<DirectoryAudit> of(
      DirectoryCommand command, Directory directory, List<DirectoryObject> after) {
    List<DirectoryAudit.Builder> records = new ArrayList<>(List.of(head(command)));
    // The record's number and version come to it.
    int empty = records.getFirst().build().getSerializedSize() + 4 * OBJECT_OVERHEAD;
    int bytes = empty;
    for (DirectoryObject object : after) {
      Optional<DirectoryObject> before = directory.object(DirectoryKeys.key(object));
      DirectoryObject kept = object.getRemoved() ? identity(object) : object;
      int more = bytes(kept) + before.map(AuditRecords::bytes).orElse(0);
      if (bytes + more > DirectoryOwner.MAX_RECORD_BYTES && bytes > empty) {
        String id = command.getCommandId() + "/" + (records.size() + 1);
        records.add(head(command).setCommandId(id));
        bytes = empty;
      }
      bytes += more;
      records.getLast().addAfter(kept);
      before.ifPresent(records.getLast()::addBefore);
    }
    return records.stream().map(DirectoryAudit.Builder::build).toList();
  }

  /** Who changes it, when and why. */
  static DirectoryAudit.Builder head(DirectoryCommand command) {
    return DirectoryAudit.newBuilder()
        .setCommandId(command.getCommandId())
        .setActor(command.getActor())
        .setAtMillis(command.getAtMillis())
        .setSource(command.getSource())
        .setReason(command.getReason());
  }

  /** A removed object's state is the one before: twice, a large one could never be removed. */
  static DirectoryObject identity(DirectoryObject object) {
    FieldDescriptor kind = object.getOneofFieldDescriptor(KIND);
    if (kind == null) {
      return object; // of a kind that this version does not know
    }
    Message former = (Message) object.getField(kind);
    Message.Builder kept = former.newBuilderForType();
    former
        .getAllFields()
        .forEach(
            (field, value) -> {
              if (IDENTITY.contains(field.getName())) {
                kept.setField(field, value);
              }
            });
    return object.toBuilder().setField(kind, kept.build()).build();
  }

  private static int bytes(DirectoryObject object) {
    return object.getSerializedSize() + OBJECT_OVERHEAD;
  }
}
