package io.postern.policy.partner;

import io.postern.contracts.v1.DirectoryObject;
import io.postern.directory.FileView;
import io.postern.directory.exchange.Finding;
import io.postern.rules.Directory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Fields that Exchange's objects do not have, and so an import says nothing of: an object that is
 * here already keeps them. Without this a second import would arm a connector that only reports,
 * and take away what was demanded since the first. Pure.
 */
final class KeptFields {
  record Section(String list, String identity, Set<String> kept) {}

  static final List<Section> SECTIONS =
      List.of(
          new Section(
              "acceptedDomains",
              "domain",
              Set.of(
                  "recipientValidation",
                  "unansweredRecipients",
                  "disablePlusAddressInRecipients",
                  "mailboxRoute",
                  "furtherMailboxRoutes")),
          new Section(
              "inboundConnectors",
              "name",
              Set.of(
                  "mode",
                  "trustAnchors",
                  "revocation",
                  "blocked",
                  "blockedReason",
                  "maxMessagesPerMinute",
                  "maxRecipientsPerMinute",
                  "maxRecipientsPerMinutePerSender")),
          new Section(
              "outboundConnectors",
              "name",
              Set.of(
                  "mode",
                  "trustAnchors",
                  "revocation",
                  "clientCertificate",
                  "minimumTlsVersion",
                  "requireForwardSecrecy",
                  "requirePostQuantum",
                  "ehloName",
                  "sourceAddresses",
                  "maxConnections",
                  "maxMessagesPerConnection",
                  "maxMessagesPerMinute")));

  private KeptFields() {}

  /**
   * Adds them to a draft in the directory file's spelling.
   *
   * @param draft of the organization; changed
   * @return a finding for each object that keeps some
   */
  static List<Finding> addTo(Map<String, Object> draft, Directory before, String organization) {
    List<Finding> findings = new ArrayList<>();
    for (Section section : SECTIONS) {
      Map<String, Map<String, Object>> there =
          objects(before, organization, section.list()).stream()
              .collect(
                  Collectors.toMap(
                      fields -> identity(section, fields),
                      Function.identity(),
                      (one, other) -> one));
      for (Map<String, Object> imported : list(draft, section.list())) {
        Map<String, Object> existing = there.get(identity(section, imported));
        if (existing != null) {
          keep(section, existing, imported, findings);
        }
      }
    }
    return findings;
  }

  private static void keep(
      Section section,
      Map<String, Object> existing,
      Map<String, Object> imported,
      List<Finding> findings) {
    String object = section.list() + " " + imported.get(section.identity());
    hosts(object, existing, imported, findings);
    addresses(object, existing, imported, findings);
    Set<String> kept = new TreeSet<>();
    for (String field : section.kept()) {
      Object value = existing.get(field);
      if (value != null && !imported.containsKey(field)) {
        imported.put(field, value);
        kept.add(field);
      }
    }
    if (!kept.isEmpty()) {
      findings.add(
          finding(
              object,
              "kept as they are here, since Exchange has no such parameters: "
                  + String.join(", ", kept)));
    }
  }

  /** Ports, which Exchange has not, and credentials, which are for these hosts and no other. */
  private static void hosts(
      String object,
      Map<String, Object> existing,
      Map<String, Object> imported,
      List<Finding> findings) {
    List<String> before = texts(existing, "smartHosts");
    Object credentials = existing.get("credentials");
    if (!before.isEmpty() && names(before).equals(names(texts(imported, "smartHosts")))) {
      imported.put("smartHosts", before);
      if (credentials != null) {
        imported.put("credentials", credentials);
      }
    } else if (credentials != null) {
      findings.add(
          finding(object, "credentials are not kept, since they are for other smart hosts"));
    }
  }

  /** What was demanded or blocked of every client stays so, where the import names addresses. */
  private static void addresses(
      String object,
      Map<String, Object> existing,
      Map<String, Object> imported,
      List<Finding> findings) {
    boolean forItsAddresses =
        "partner".equals(imported.get("connectorType"))
            && imported.containsKey("senderIPAddresses")
            && !Boolean.TRUE.equals(imported.get("restrictDomainsToIPAddresses"));
    if (forItsAddresses && !existing.containsKey("senderIPAddresses")) {
      imported.remove("senderIPAddresses");
      findings.add(
          finding(
              object,
              "senderIPAddresses are not taken: the connector is here for every client, and would"
                  + " demand or block less. Write them by hand if that is meant"));
    }
  }

  private static Finding finding(String object, String remark) {
    return new Finding(object, "", "", Finding.Taken.DIFFERENT, remark);
  }

  private static List<String> texts(Map<String, Object> fields, String name) {
    return fields.get(name) instanceof List<?> list
        ? list.stream().map(String::valueOf).toList()
        : List.of();
  }

  private static List<String> names(List<String> hosts) {
    return hosts.stream()
        .map(host -> host.replaceAll("(?<=]|^[^:]{1,253}):[0-9]+$", "").toLowerCase(Locale.ROOT))
        .sorted()
        .toList();
  }

  private static String identity(Section section, Map<String, Object> fields) {
    return String.valueOf(fields.get(section.identity())).toLowerCase(Locale.ROOT);
  }

  private static List<Map<String, Object>> objects(
      Directory before, String organization, String list) {
    List<DirectoryObject> own = new ArrayList<>();
    switch (list) {
      case "acceptedDomains" ->
          before
              .acceptedDomains(organization)
              .forEach(
                  each -> own.add(DirectoryObject.newBuilder().setAcceptedDomain(each).build()));
      case "inboundConnectors" ->
          before
              .inboundConnectors(organization)
              .forEach(
                  each -> own.add(DirectoryObject.newBuilder().setInboundConnector(each).build()));
      default ->
          before
              .outboundConnectors(organization)
              .forEach(
                  each -> own.add(DirectoryObject.newBuilder().setOutboundConnector(each).build()));
    }
    return own.stream().map(FileView::fields).toList();
  }

  @SuppressWarnings("unchecked") // as ExchangeImport makes them
  private static List<Map<String, Object>> list(Map<String, Object> draft, String name) {
    return (List<Map<String, Object>>) draft.getOrDefault(name, List.of());
  }
}
