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
  private record Section(String list, String identity, Set<String> kept) {}

  private static final List<Section> SECTIONS =
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
                  "credentials",
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
                      fields -> identity(section, fields), Function.identity(), (one, other) -> one));
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
          new Finding(
              section.list() + " " + imported.get(section.identity()),
              "",
              "",
              Finding.Taken.DIFFERENT,
              "kept as they are here, since Exchange has no such parameters: "
                  + String.join(", ", kept)));
    }
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
              .forEach(each -> own.add(DirectoryObject.newBuilder().setAcceptedDomain(each).build()));
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
