package io.postern.console.watch;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryObject.ObjectCase;
import io.postern.rules.Directory;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What of the directory decides about mail to one organization, as the read model has it.
 * Stateless.
 */
final class OrganizationObjects {
  private static final char AFTER = '0'; // the character after "/"

  private OrganizationObjects() {}

  /** Without other organizations, and without what decides about outbound mail. */
  static Directory read(Connection connection, String organization) throws SQLException {
    List<DirectoryObject> objects = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT record FROM directory_object"
                + " WHERE object_key >= ? AND object_key < ? AND NOT removed"
                + " AND position(convert_to(?, 'UTF8') IN record) > 0")) { // few are its domains
      select.setString(3, organization);
      for (String first :
          List.of(
              "organization/" + organization,
              "accepted-domain/",
              "anchor-set/" + organization + "/",
              DirectoryKeys.inboundConnectors(organization))) {
        select.setString(1, first);
        select.setString(2, first.replaceFirst("/$", "") + AFTER);
        try (ResultSet row = select.executeQuery()) {
          while (row.next()) {
            DirectoryObject object = DirectoryObject.parseFrom(row.getBytes(1));
            if (object.getObjectCase() != ObjectCase.OBJECT_NOT_SET
                && DirectoryKeys.organizationOf(object).equals(organization)) {
              objects.add(object);
            }
          }
        }
      }
    } catch (InvalidProtocolBufferException e) {
      throw new SQLException("unreadable object of " + organization, e);
    }
    return Directory.of(objects, 0, Map.of());
  }
}
