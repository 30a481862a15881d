package io.postern.directory.exchange;

import io.postern.directory.exchange.ExchangeObject.Kind;
import io.postern.directory.exchange.Finding.Taken;
import io.postern.names.DomainNames;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
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
    Map<Kind, List<Map<String, Object>>> drafts = new EnumMap<>(Kind.class);
    boolean otherBefore = false;
    boolean central = objects.stream().anyMatch(ExchangeImport::isCentral);
    for (ExchangeObject object : byPriority(objects)) {
      ObjectImport one = new ObjectImport(object, findings);
      List<Map<String, Object>> drafted =
          switch (object.kind()) {
            case ACCEPTED_DOMAIN -> new AcceptedDomainImport(one, normalRoutes).read();
            case INBOUND_CONNECTOR -> new InboundImport(one, accepted, central).read();
            case OUTBOUND_CONNECTOR -> new OutboundImport(one, accepted).read();
            case TRANSPORT_RULE -> new RoutingRuleImport(one).read();
            case UNKNOWN -> {
              one.object(
                  Taken.UNKNOWN,
                  "it is not of Get-InboundConnector, Get-OutboundConnector, Get-TransportRule or Get-AcceptedDomain");
              yield List.of();
            }
          };
      if (object.kind() == Kind.TRANSPORT_RULE) {
        if (otherBefore) {
          drafted.forEach(rule -> LeftOut.disable(rule, one));
        }
        otherBefore |= drafted.isEmpty() && RoutingRuleImport.comesBefore(one);
      }
      drafts.computeIfAbsent(object.kind(), kind -> new ArrayList<>()).addAll(drafted);
    }
    new LeftOut(id, drafts, accepted, findings).take();
    Map<String, Object> organization = new LinkedHashMap<>();
    organization.put("id", id);
    drafts.forEach(
        (kind, some) -> {
          if (!some.isEmpty()) {
            organization.put(kind.here().list(), some);
          }
        });
    return new ExchangeImport(organization, findings);
  }

  /** Rules in the order in which Exchange tries them; all else as it stands. */
  private static List<ExchangeObject> byPriority(List<ExchangeObject> objects) {
    return objects.stream().sorted(Comparator.comparing(ExchangeImport::priority)).toList();
  }

  private static int priority(ExchangeObject object) {
    String priority = String.valueOf(object.parameters().get("Priority"));
    return object.kind() == Kind.TRANSPORT_RULE && priority.matches("[0-9]{1,6}")
        ? Integer.parseInt(priority)
        : -1;
  }

  private static boolean isCentral(ExchangeObject object) {
    ObjectImport out = new ObjectImport(object, new ArrayList<>());
    return object.kind() == Kind.OUTBOUND_CONNECTOR
        && !Boolean.FALSE.equals(out.flag("Enabled"))
        && out.isSet("RouteAllMessagesViaOnPremises");
  }
}
