package io.postern.directory;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryObject;
import java.util.List;
import org.snakeyaml.engine.v2.nodes.Node;

/** The reader of a directory file's connectors, by the table {@link ConnectorFields}. One parse. */
final class ConnectorReader {
  private final Problems problems;
  private final String organization;

  ConnectorReader(Problems problems, String organization) {
    this.problems = problems;
    this.organization = organization;
  }

  DirectoryObject inbound(Node node) {
    DirectoryObject.Builder object = DirectoryObject.newBuilder();
    object.getInboundConnectorBuilder().setOrganization(organization);
    return read(node, ConnectorFields.INBOUND, object.getInboundConnectorBuilder(), object);
  }

  DirectoryObject outbound(Node node) {
    DirectoryObject.Builder object = DirectoryObject.newBuilder();
    object.getOutboundConnectorBuilder().setOrganization(organization);
    return read(node, ConnectorFields.OUTBOUND, object.getOutboundConnectorBuilder(), object);
  }

  private <B> DirectoryObject read(
      Node node,
      List<? extends ConnectorField<?, B>> table,
      B connector,
      DirectoryObject.Builder object) {
    Fields fields = Fields.of(node, problems, "", "");
    table.getFirst().read(fields, connector); // the name, of which the object's key is made
    fields.belongTo(DirectoryKeys.key(object.build()));
    table.stream().skip(1).forEach(field -> field.read(fields, connector));
    fields.done();
    return object.build();
  }
}
