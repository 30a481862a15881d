package io.postern.directory.exchange;

import io.postern.directory.exchange.ExchangeObject.Kind;
import io.postern.directory.exchange.Finding.Taken;
import io.postern.names.DomainNames;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Exchange's objects as an organization of a directory file, with a word about each parameter. A
 * connector that the rules would refuse is left out with a finding, and the rest is taken; whether
 * accepted domains and names are free is known only when the draft is applied. Pure; any thread.
 *
 * @param organization the draft, in the spelling of a directory file
 * @param findings in the order of the objects
 */
public record ExchangeImport(Map<String, Object> organization, List<Finding> findings) {
  public ExchangeImport {
    findings = List.copyOf(findings);
  }

  /**
   * @param id of the organization
   * @param routes of accepted domains, host or host:port, by domain; by "": of all others
   * @param known accepted domains of the organization that is there already
   */
  public static ExchangeImport of(
      String id, List<ExchangeObject> objects, Map<String, String> routes, Set<String> known) {
    Set<String> accepted = new HashSet<>(known);
    objects.stream()
        .filter(object -> object.kind() == Kind.ACCEPTED_DOMAIN)
        .map(object -> DomainNames.normal(object.name()))
        .forEach(accepted::add);
    Map<String, String> normalRoutes = new TreeMap<>();
    routes.forEach((domain, route) -> normalRoutes.put(DomainNames.normal(domain), route));
    List<Finding> findings = new ArrayList<>();
    List<Map<String, Object>> domains = new ArrayList<>();
    List<Map<String, Object>> inbound = new ArrayList<>();
    List<Map<String, Object>> outbound = new ArrayList<>();
    List<Map<String, Object>> rules = new ArrayList<>();
    boolean otherBefore = false;
    boolean central = objects.stream().anyMatch(ExchangeImport::isCentral);
    for (ExchangeObject object : byPriority(objects)) {
      ObjectImport one = new ObjectImport(object, findings);
      switch (object.kind()) {
        case ACCEPTED_DOMAIN -> add(domains, new AcceptedDomainImport(one, normalRoutes).read());
        case INBOUND_CONNECTOR -> add(inbound, new InboundImport(one, accepted, central).read());
        case OUTBOUND_CONNECTOR -> outbound.addAll(new OutboundImport(one, accepted).read());
        case TRANSPORT_RULE -> {
          RoutingRuleImport rule = new RoutingRuleImport(object, one);
          Map<String, Object> fields = rule.read();
          if (fields != null && otherBefore) {
            one.object(Taken.DIFFERENT, LeftOut.AFTER_ANOTHER);
            fields.put("enabled", false);
          }
          add(rules, fields);
          otherBefore |= fields == null && rule.comesBefore();
        }
        case UNKNOWN ->
            one.object(
                Taken.UNKNOWN,
                "it is not of Get-InboundConnector, Get-OutboundConnector, Get-TransportRule or Get-AcceptedDomain");
      }
    }
    Map<String, Object> organization = new LinkedHashMap<>();
    organization.put("id", id);
    put(organization, "acceptedDomains", domains);
    put(organization, "inboundConnectors", inbound);
    put(organization, "outboundConnectors", outbound);
    put(organization, "routingRules", rules);
    new LeftOut(organization, accepted, findings).take();
    return new ExchangeImport(organization, findings);
  }

  /** Rules in the order in which Exchange tries them; all else as it stands. */
  private static List<ExchangeObject> byPriority(List<ExchangeObject> objects) {
    return objects.stream()
        .sorted(
            Comparator.comparing(
                object ->
                    object.kind() == Kind.TRANSPORT_RULE
                            && String.valueOf(object.parameters().get("Priority"))
                                .matches("[0-9]{1,6}")
                        ? Integer.parseInt(String.valueOf(object.parameters().get("Priority")))
                        : -1))
        .toList();
  }

  private static boolean isCentral(ExchangeObject object) {
    return object.kind() == Kind.OUTBOUND_CONNECTOR
        && !Boolean.FALSE.equals(new ObjectImport(object, new ArrayList<>()).flag("Enabled"))
        && new ObjectImport(object, new ArrayList<>()).isSet("RouteAllMessagesViaOnPremises");
  }

  private static void add(
      List<Map<String, Object>> list, @org.jspecify.annotations.Nullable Map<String, Object> one) {
    if (one != null) {
      list.add(one);
    }
  }

  private static void put(
      Map<String, Object> organization, String section, List<Map<String, Object>> objects) {
    if (!objects.isEmpty()) {
      organization.put(section, objects);
    }
  }
}
