package io.postern.policy.partner;

import io.postern.contracts.DirectoryKeys;
import io.postern.directory.FileView;
import io.postern.directory.ObjectKind;
import io.postern.directory.exchange.Finding;
import io.postern.fields.Field;
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
 * and take away what was demanded since the first. One object; one thread.
 */
final class KeptFields {
  private static final List<ObjectKind> KINDS =
      List.of(
          ObjectKind.ACCEPTED_DOMAIN,
          ObjectKind.INBOUND_CONNECTOR,
          ObjectKind.OUTBOUND_CONNECTOR,
          ObjectKind.ROUTING_RULE);

  /** For the hosts that they were written for, see {@link #hosts}. */
  private static final String CREDENTIALS = "credentials";

  private final ObjectKind kind;
  private final Map<String, Object> existing;
  private final Map<String, Object> imported;
  private final List<Finding> findings;

  private KeptFields(
      ObjectKind kind,
      Map<String, Object> existing,
      Map<String, Object> imported,
      List<Finding> findings) {
    this.kind = kind;
    this.existing = existing;
    this.imported = imported;
    this.findings = findings;
  }

  /**
   * Adds them to a draft in the directory file's spelling.
   *
   * @param draft of the organization; changed
   * @return a finding for each object that keeps some
   */
  static List<Finding> addTo(Map<String, Object> draft, Directory before, String organization) {
    List<Finding> findings = new ArrayList<>();
    for (ObjectKind kind : KINDS) {
      Map<String, Map<String, Object>> there =
          before.objects().stream()
              .filter(kind::is)
              .filter(object -> DirectoryKeys.organizationOf(object).equals(organization))
              .map(FileView::fields)
              .collect(
                  Collectors.toMap(
                      fields -> identity(kind, fields), Function.identity(), (one, other) -> one));
      for (Map<String, Object> imported : list(draft, kind.list())) {
        Map<String, Object> existing = there.get(identity(kind, imported));
        if (existing != null) {
          new KeptFields(kind, existing, imported, findings).keep();
        }
      }
    }
    return findings;
  }

  private void keep() {
    hosts();
    addresses();
    Set<String> kept = new TreeSet<>();
    if (kind == ObjectKind.ROUTING_RULE && "reportOnly".equals(existing.get("mode"))) {
      imported.put("mode", "reportOnly"); // it has the parameter, and an import must not arm it
      kept.add("mode");
    }
    for (Field field : kind.fields().added()) {
      String name = field.name();
      Object value = existing.get(name);
      if (value != null && !imported.containsKey(name) && !name.equals(CREDENTIALS)) {
        imported.put(name, value);
        kept.add(name);
      }
    }
    if (!kept.isEmpty()) {
      finding(
          "kept as they are here, since Exchange has no such parameters: "
              + String.join(", ", kept));
    }
  }

  /** Ports, which Exchange has not, and credentials, which are for these hosts and no other. */
  private void hosts() {
    List<String> before = texts(existing, "smartHosts");
    Object credentials = existing.get(CREDENTIALS);
    if (!before.isEmpty() && names(before).equals(names(texts(imported, "smartHosts")))) {
      imported.put("smartHosts", before);
      if (credentials != null) {
        imported.put(CREDENTIALS, credentials);
      }
    } else if (credentials != null) {
      finding("credentials are not kept, since they are for other smart hosts");
    }
  }

  /** What was demanded or blocked of every client stays so, where the import names addresses. */
  private void addresses() {
    boolean forItsAddresses =
        "partner".equals(imported.get("connectorType"))
            && imported.containsKey("senderIPAddresses")
            && !Boolean.TRUE.equals(imported.get("restrictDomainsToIPAddresses"));
    if (forItsAddresses && !existing.containsKey("senderIPAddresses")) {
      imported.remove("senderIPAddresses");
      finding(
          "senderIPAddresses are not taken: the connector is here for every client, and would"
              + " demand or block less. Write them by hand if that is meant");
    }
  }

  private void finding(String remark) {
    String object = kind.list() + " " + imported.get(kind.nameField());
    findings.add(new Finding(object, "", "", Finding.Taken.DIFFERENT, remark));
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

  private static String identity(ObjectKind kind, Map<String, Object> fields) {
    return String.valueOf(fields.get(kind.nameField())).toLowerCase(Locale.ROOT);
  }

  @SuppressWarnings("unchecked") // as ExchangeImport makes them
  private static List<Map<String, Object>> list(Map<String, Object> draft, String name) {
    return (List<Map<String, Object>>) draft.getOrDefault(name, List.of());
  }
}
