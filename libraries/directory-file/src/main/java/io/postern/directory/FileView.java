package io.postern.directory;

import com.google.protobuf.ByteString;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.AnchorSet;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.MailboxRoute;
import io.postern.contracts.v1.OutboundConnector;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Directory objects in the file's spelling, as maps that are written as JSON or compared field by
 * field. The view can be applied again, since JSON is YAML. Pure functions.
 */
public final class FileView {
  private FileView() {}

  /** All organizations with everything of theirs, sorted by name. */
  public static List<Map<String, Object>> organizations(Collection<DirectoryObject> objects) {
    Map<String, Map<String, Object>> organizations = new TreeMap<>();
    objects.stream()
        .sorted(
            Comparator.<DirectoryObject, Boolean>comparing(o -> !o.hasOrganization())
                .thenComparing(DirectoryKeys::key))
        .forEach(object -> put(organizations, object));
    return List.copyOf(organizations.values());
  }

  @SuppressWarnings("unchecked") // the lists are made three lines below
  private static void put(Map<String, Map<String, Object>> organizations, DirectoryObject object) {
    String list = listOf(object);
    if (list.isEmpty()) {
      organizations.put(object.getOrganization().getId(), fields(object));
      return;
    }
    Map<String, Object> organization =
        organizations.computeIfAbsent(
            DirectoryKeys.organizationOf(object), id -> new LinkedHashMap<>(Map.of("id", id)));
    ((List<Object>) organization.computeIfAbsent(list, name -> new ArrayList<>()))
        .add(fields(object));
  }

  private static String listOf(DirectoryObject object) {
    return switch (object.getObjectCase()) {
      case ACCEPTED_DOMAIN -> "acceptedDomains";
      case ANCHOR_SET -> "trustAnchors";
      case INBOUND_CONNECTOR -> "inboundConnectors";
      case OUTBOUND_CONNECTOR -> "outboundConnectors";
      case ORGANIZATION, OBJECT_NOT_SET -> "";
    };
  }

  /** The fields of one object by their names in a file, without those that say nothing. */
  public static Map<String, Object> fields(DirectoryObject object) {
    return switch (object.getObjectCase()) {
      case ORGANIZATION -> {
        ShownFields shown = new ShownFields();
        shown.put("id", object.getOrganization().getId());
        shown.put("displayName", object.getOrganization().getDisplayName());
        shown.put("expiryHours", object.getOrganization().getExpiryHours());
        shown.put("rejectDirectSend", object.getOrganization().getRejectDirectSend());
        shown.put(
            "rejectDirectSendSubdomains", object.getOrganization().getRejectDirectSendSubdomains());
        shown.put("senderRewritingDomain", object.getOrganization().getSenderRewritingDomain());
        yield shown.fields;
      }
      case ACCEPTED_DOMAIN -> acceptedDomain(object.getAcceptedDomain());
      case ANCHOR_SET -> anchorSet(object.getAnchorSet());
      case INBOUND_CONNECTOR -> connector(ConnectorFields.INBOUND, object.getInboundConnector());
      case OUTBOUND_CONNECTOR -> connector(ConnectorFields.OUTBOUND, object.getOutboundConnector());
      case OBJECT_NOT_SET -> Map.of();
    };
  }

  /** Whether a field of a connector has several values; false: one, or there is no such field. */
  public static boolean isList(ObjectKind connector, String field) {
    Object none =
        connector == ObjectKind.INBOUND_CONNECTOR
            ? none(ConnectorFields.INBOUND, field, InboundConnector.getDefaultInstance())
            : none(ConnectorFields.OUTBOUND, field, OutboundConnector.getDefaultInstance());
    return none instanceof Collection<?>;
  }

  private static <C> @Nullable Object none(
      List<? extends ConnectorField<C, ?>> table, String field, C connector) {
    return table.stream()
        .filter(each -> each.name().equals(field))
        .findFirst()
        .map(each -> each.value().apply(connector))
        .orElse(null);
  }

  private static Map<String, Object> acceptedDomain(AcceptedDomain domain) {
    ShownFields shown = new ShownFields();
    shown.put("domain", domain.getDomain());
    shown.put("domainType", Words.DOMAIN_TYPE.write(domain.getDomainType()));
    shown.put(
        "recipientValidation", Words.RECIPIENT_VALIDATION.write(domain.getRecipientValidation()));
    shown.put(
        "unansweredRecipients",
        Words.UNANSWERED_RECIPIENTS.write(domain.getUnansweredRecipients()));
    shown.put(
        "disablePlusAddressInRecipients",
        domain.getDisablePlusAddressInRecipients() ? Boolean.TRUE : null);
    shown.put(
        "mailboxRoute",
        mailboxRoute(
            MailboxRoute.newBuilder()
                .setHost(domain.getMailboxHost())
                .setProtocolValue(domain.getMailboxProtocolValue())
                .setTlsValue(domain.getMailboxTlsValue())
                .setTlsDomain(domain.getMailboxTlsDomain())
                .setAnchors(domain.getMailboxAnchors())
                .setRevocationValue(domain.getMailboxRevocationValue())
                .build()));
    shown.put(
        "furtherMailboxRoutes",
        domain.getFurtherMailboxRoutesList().stream().map(FileView::mailboxRoute).toList());
    return shown.fields;
  }

  private static Map<String, Object> mailboxRoute(MailboxRoute route) {
    ShownFields shown = new ShownFields();
    shown.put("name", route.getName());
    shown.put("host", route.getHost().getHost());
    shown.put("port", route.getHost().getPort());
    shown.put("protocol", Words.PROTOCOL.write(route.getProtocol()));
    shown.put("tlsSettings", Words.TLS_SETTINGS.write(route.getTls()));
    shown.put("tlsDomain", route.getTlsDomain());
    shown.put("trustAnchors", ConnectorFields.name(route.getAnchors()));
    shown.put("revocation", Words.REVOCATION.write(route.getRevocation()));
    return shown.fields;
  }

  private static Map<String, Object> anchorSet(AnchorSet set) {
    ShownFields shown = new ShownFields();
    shown.put("name", set.getName());
    shown.put(
        "pem", Pem.text(set.getCertificatesList().stream().map(ByteString::toByteArray).toList()));
    shown.put("withDefaults", set.getWithDefaults());
    shown.put(
        "distrusted",
        set.getDistrustedList().stream()
            .map(fingerprint -> Fingerprints.hex(fingerprint.toByteArray()))
            .toList());
    return shown.fields;
  }

  private static <C> Map<String, Object> connector(
      List<? extends ConnectorField<C, ?>> table, C connector) {
    ShownFields shown = new ShownFields();
    table.forEach(field -> shown.put(field.name(), field.value().apply(connector)));
    return shown.fields;
  }

  /** Fields that have something to say. Flags always do: a reader need not know the defaults. */
  private static final class ShownFields {
    final Map<String, Object> fields = new LinkedHashMap<>();

    void put(String name, @Nullable Object value) {
      boolean silent =
          value == null
              || value.equals("")
              || value.equals(0)
              || value instanceof Collection<?> list && list.isEmpty();
      if (!silent) {
        fields.put(name, value);
      }
    }
  }
}
