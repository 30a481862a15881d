package io.postern.policy.directory;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryAudit;
import io.postern.contracts.v1.DirectoryCommand;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.rules.Directory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a command changes, before and after, for {@code directory.audit}: one record, or several
 * where one would be larger than a record may be. An object's two states are in one of them. Pure.
 */
final class AuditRecords {
  private static final int OBJECT_OVERHEAD = 10; // tag and length

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
  private static DirectoryObject identity(DirectoryObject object) {
    DirectoryObject.Builder kept = object.toBuilder();
    switch (object.getObjectCase()) {
      case ORGANIZATION ->
          kept.getOrganizationBuilder().clear().setId(object.getOrganization().getId());
      case ACCEPTED_DOMAIN ->
          kept.getAcceptedDomainBuilder()
              .clear()
              .setDomain(object.getAcceptedDomain().getDomain())
              .setOrganization(object.getAcceptedDomain().getOrganization());
      case INBOUND_CONNECTOR ->
          kept.getInboundConnectorBuilder()
              .clear()
              .setName(object.getInboundConnector().getName())
              .setOrganization(object.getInboundConnector().getOrganization());
      case OUTBOUND_CONNECTOR ->
          kept.getOutboundConnectorBuilder()
              .clear()
              .setName(object.getOutboundConnector().getName())
              .setOrganization(object.getOutboundConnector().getOrganization());
      case ANCHOR_SET ->
          kept.getAnchorSetBuilder()
              .clear()
              .setName(object.getAnchorSet().getName())
              .setOrganization(object.getAnchorSet().getOrganization());
      case ROUTING_RULE ->
          kept.getRoutingRuleBuilder()
              .clear()
              .setName(object.getRoutingRule().getName())
              .setOrganization(object.getRoutingRule().getOrganization());
      case OBJECT_NOT_SET -> {
        // of a kind that this version does not know
      }
    }
    return kept.build();
  }

  private static int bytes(DirectoryObject object) {
    return object.getSerializedSize() + OBJECT_OVERHEAD;
  }
}
