package io.postern.policy.api;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.NextHopApproval;
import io.postern.directory.ObjectKind;
import io.postern.directory.ObjectVersion;
import io.postern.policy.change.Precondition;
import io.postern.rules.hops.NamedValue;
import io.postern.rules.hops.Need;
import io.postern.rules.hops.Needs;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A next hop, source address or EHLO name of an object, or a revoked host that no object names.
 *
 * @param kind accepted-domains, outbound-connectors; organizations: no object of it names the host
 * @param field of the object; null: no object names the host
 * @param value a host with its port
 * @param type host, source-address, ehlo-name
 * @param need private-address, private-name, port, route (of another organization too),
 *     source-address, ehlo-name; null: none by its text
 * @param approved false: mail goes to it at public addresses and ports of mail only
 * @param revoked its approval was revoked; it stays unapproved until it is approved again
 * @param by the operator who approved or revoked it; null: it existed when approvals were
 *     introduced, or was written before it needed one
 * @param since ISO 8601; null as above
 * @param etag of the object, for If-Match of an approval
 */
@Schema(name = "NextHop")
public record NextHopView(
    String organization,
    String kind,
    String name,
    @Nullable String field,
    String value,
    String type,
    @Nullable String need,
    boolean approved,
    boolean revoked,
    @Nullable String by,
    @Nullable String since,
    String etag) {

  /**
   * @param revoked of the organization
   */
  static NextHopView of(
      DirectoryObject object, NamedValue value, Needs needs, List<NextHopApproval> revoked) {
    Optional<NextHopApproval> approval =
        (value.unapproved() ? revoked : NamedValue.approvals(object))
            .stream().filter(each -> each.getValue().equals(value.value())).findFirst();
    return new NextHopView(
        DirectoryKeys.organizationOf(object),
        ObjectKind.of(object).orElseThrow().plural(),
        ObjectKind.nameOf(object),
        value.field(),
        value.value(),
        word(value.kind()),
        needs.of(object, value).map(NextHopView::word).orElse(null),
        !value.unapproved(),
        value.unapproved() && approval.isPresent(),
        approval.map(NextHopApproval::getBy).orElse(null),
        approval.map(NextHopView::since).orElse(null),
        Precondition.quoted(ObjectVersion.of(object)));
  }

  /** A revoked host that no object of the organization names. */
  static NextHopView ofUnnamed(DirectoryObject organization, NextHopApproval revoked) {
    return new NextHopView(
        DirectoryKeys.organizationOf(organization),
        ObjectKind.ORGANIZATION.plural(),
        ObjectKind.nameOf(organization),
        null,
        revoked.getValue(),
        word(NamedValue.Kind.HOST),
        null,
        false,
        true,
        revoked.getBy(),
        since(revoked),
        Precondition.quoted(ObjectVersion.of(organization)));
  }

  private static String since(NextHopApproval approval) {
    return Instant.ofEpochMilli(approval.getAtMillis()).toString();
  }

  private static String word(NamedValue.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String word(Need need) {
    return need.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
