package io.postern.log.directory;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.Organization;
import io.postern.contracts.v1.OutboundConnector;

/** Directory objects for tests. */
final class DirectoryObjects {
  private DirectoryObjects() {}

  static DirectoryObject organization(String id) {
    return DirectoryObject.newBuilder()
        .setOrganization(Organization.newBuilder().setId(id))
        .build();
  }

  static DirectoryObject domain(String domain, String organization) {
    return DirectoryObject.newBuilder()
        .setAcceptedDomain(
            AcceptedDomain.newBuilder().setDomain(domain).setOrganization(organization))
        .build();
  }

  static DirectoryObject inbound(String organization, String name) {
    return DirectoryObject.newBuilder()
        .setInboundConnector(
            InboundConnector.newBuilder().setOrganization(organization).setName(name))
        .build();
  }

  static DirectoryObject outbound(String organization, String name) {
    return DirectoryObject.newBuilder()
        .setOutboundConnector(
            OutboundConnector.newBuilder().setOrganization(organization).setName(name))
        .build();
  }

  static DirectoryObject of(DirectoryObject object, String command, int index, int count) {
    return object.toBuilder()
        .setCommandId(command)
        .setCommandIndex(index)
        .setCommandCount(count)
        .build();
  }
}
