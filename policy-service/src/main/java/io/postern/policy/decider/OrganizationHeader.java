package io.postern.policy.decider;

import io.postern.contracts.v1.HeaderFirewall;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.OrganizationFields;

/**
 * The way of a message's organization header fields to a next hop
 * (docs/reference/message-changes.md). A message that has none, and one that an earlier version
 * accepted, goes as it came. Pure.
 */
final class OrganizationHeader {
  private OrganizationHeader() {}

  /** The next hop with the decided way, where there is something to decide. */
  static NextHop of(MessageAccepted message, NextHop nextHop, OrganizationFields decided) {
    return message.getHeaderFirewall().getOrganization() == 0
        ? nextHop
        : nextHop.toBuilder().setOrganizationFields(decided).build();
  }

  /** The bytes that are sent: SIZE and BDAT announce them (RFC 1870, RFC 3030). */
  static long size(MessageAccepted message, OrganizationFields way) {
    HeaderFirewall fields = message.getHeaderFirewall();
    return switch (way) {
      case ORGANIZATION_FIELDS_UNSPECIFIED -> message.getSize();
      case ORGANIZATION_FIELDS_REMOVED, UNRECOGNIZED ->
          message.getSize() - fields.getOrganizationBytes();
      case ORGANIZATION_FIELDS_CROSS_PREMISES ->
          // "CrossPremises" has one letter more than "Organization".
          message.getSize() + fields.getOrganization();
    };
  }
}
