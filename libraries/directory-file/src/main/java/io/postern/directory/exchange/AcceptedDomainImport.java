package io.postern.directory.exchange;

import io.postern.directory.exchange.Finding.Taken;
import io.postern.names.DomainNames;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The import of an accepted domain. Its mailbox route is not in Exchange's data. */
final class AcceptedDomainImport {
  private final ObjectImport in;
  private final Map<String, String> routes;

  /**
   * @param routes host or host:port, by domain; by "": of all others
   */
  AcceptedDomainImport(ObjectImport in, Map<String, String> routes) {
    this.in = in;
    this.routes = routes;
  }

  /** None: it is left out. */
  List<Map<String, Object>> read() {
    String domain = DomainNames.normal(in.text("DomainName"));
    in.take("domain", domain);
    in.take("domainType");
    in.saysNothing(
        "Name",
        "AddressBookEnabled",
        "AuthenticationType",
        "InitialDomain",
        "FederatedOrganizationLink",
        "LiveIdInstanceType",
        "MailFlowPartner",
        "PendingCompletion",
        "PendingFederatedAccountNamespace",
        "PendingFederatedDomain",
        "PendingRemoval",
        "PerimeterDuplicateDetected",
        "RawAuthenticationType",
        "CatchAllRecipientID",
        "IsCoexistenceDomain",
        "IsDefaultFederatedDomain",
        "DualProvisioningEnabled",
        "DomainCapabilities",
        "DnsConfigurationState",
        "EmailOnly",
        "ExternallyManaged",
        "IsSmtpDaneEnabled",
        "SendingFromDomainDisabled",
        "SendingToDomainDisabled");
    in.rest();
    if (domain.endsWith(".onmicrosoft.com")) {
      in.object(
          Taken.NOT_TAKEN,
          "not imported: the domain belongs to Microsoft, and its MX cannot point here");
      return List.of();
    }
    String route = routes.getOrDefault(domain, routes.getOrDefault("", ""));
    if (route.isEmpty()) {
      in.object(
          Taken.DIFFERENT,
          "Exchange hosts the mailboxes itself; here they are on another host: specify the route "
              + "of the domain's mail (mailboxRoute=host, or mailboxRoute="
              + domain
              + "=host:port)");
    } else {
      in.fields.put("mailboxRoute", mailboxRoute(route));
    }
    return List.of(in.fields);
  }

  private static Map<String, Object> mailboxRoute(String route) {
    Map<String, Object> fields = new LinkedHashMap<>();
    int colon = route.lastIndexOf(':');
    boolean port =
        colon > 0
            && route.indexOf(':') == colon
            && route.substring(colon + 1).matches("[0-9]{1,5}");
    fields.put("host", port ? route.substring(0, colon) : route);
    if (port) {
      fields.put("port", Integer.parseInt(route.substring(colon + 1)));
    }
    return fields;
  }
}
