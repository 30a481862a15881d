package io.postern.directory.exchange;

import io.postern.directory.ObjectKind;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One object of Exchange as it was written to a file.
 *
 * @param parameters by name, without regard to case; a value is a String, a Boolean, a list of
 *     Strings, or null
 */
public record ExchangeObject(Kind kind, Map<String, @Nullable Object> parameters) {
  /** The cmdlet that shows it. */
  public enum Kind {
    ACCEPTED_DOMAIN("Get-AcceptedDomain", ObjectKind.ACCEPTED_DOMAIN),
    INBOUND_CONNECTOR("Get-InboundConnector", ObjectKind.INBOUND_CONNECTOR),
    OUTBOUND_CONNECTOR("Get-OutboundConnector", ObjectKind.OUTBOUND_CONNECTOR),
    TRANSPORT_RULE("Get-TransportRule", ObjectKind.ROUTING_RULE),
    UNKNOWN("another object", null);

    final String cmdlet;
    private final @Nullable ObjectKind here;

    Kind(String cmdlet, @Nullable ObjectKind here) {
      this.cmdlet = cmdlet;
      this.here = here;
    }

    /** What it is here; of a known kind. */
    ObjectKind here() {
      return Objects.requireNonNull(here);
    }
  }

  public ExchangeObject {
    Map<String, @Nullable Object> sorted = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    sorted.putAll(parameters);
    parameters = Collections.unmodifiableMap(sorted);
  }

  /** The object's kind follows from its parameters: JSON has no type. */
  static ExchangeObject of(Map<String, @Nullable Object> parameters) {
    ExchangeObject object = new ExchangeObject(Kind.UNKNOWN, parameters);
    Set<String> names = object.parameters.keySet();
    Kind kind =
        names.contains("RouteMessageOutboundConnector") || names.contains("SenderAddressLocation")
            ? Kind.TRANSPORT_RULE
            : names.contains("SenderDomains") || names.contains("TlsSenderCertificateName")
                ? Kind.INBOUND_CONNECTOR
                : names.contains("RecipientDomains") || names.contains("SmartHosts")
                    ? Kind.OUTBOUND_CONNECTOR
                    : names.contains("DomainName") ? Kind.ACCEPTED_DOMAIN : Kind.UNKNOWN;
    return new ExchangeObject(kind, object.parameters);
  }

  /** For people. */
  String name() {
    Object name = parameters.get(kind == Kind.ACCEPTED_DOMAIN ? "DomainName" : "Name");
    return name instanceof String text ? text : "";
  }
}
