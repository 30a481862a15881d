package io.postern.directory.exchange;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.Organization;
import io.postern.directory.DirectoryFile;
import io.postern.directory.FileProblem;
import io.postern.directory.exchange.Finding.Taken;
import io.postern.rules.Directory;
import io.postern.rules.checks.DirectoryRules;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Connectors and routing rules of a draft that the file's reader or the rules would refuse: they
 * are taken out, each with a finding that says why. Each is first checked without the others, then
 * the rest together, since two may exclude each other. One use, one thread.
 */
final class LeftOut {
  static final String AFTER_ANOTHER =
      "enabled is false: a rule before it was left out, and may have taken its mail in Exchange."
          + " Review the rule, and enable it";

  private static final Map<String, String> SECTIONS =
      new TreeMap<>(
          Map.of(
              "inboundConnectors", "Get-InboundConnector",
              "outboundConnectors", "Get-OutboundConnector",
              "routingRules", "Get-TransportRule"));

  private final Map<String, Object> organization;
  private final List<Finding> findings;
  private final Directory domains;

  /** The connectors that are taken, by the key of their object. */
  private final Map<String, DirectoryObject> taken = new HashMap<>();

  /**
   * @param organization the draft; it is changed
   * @param accepted domains of the organization, those that are there already too
   * @param findings are added to
   */
  LeftOut(Map<String, Object> organization, Set<String> accepted, List<Finding> findings) {
    this.organization = organization;
    this.findings = findings;
    String id = String.valueOf(organization.get("id"));
    List<DirectoryObject> objects = new ArrayList<>();
    objects.add(
        DirectoryObject.newBuilder().setOrganization(Organization.newBuilder().setId(id)).build());
    for (String domain : accepted) {
      objects.add(
          DirectoryObject.newBuilder()
              .setAcceptedDomain(AcceptedDomain.newBuilder().setOrganization(id).setDomain(domain))
              .build());
    }
    domains = Directory.of(objects, 0, Map.of());
  }

  void take() {
    for (String section : SECTIONS.keySet()) {
      Set<String> names = new HashSet<>();
      leaveOut(
          section,
          connector ->
              names.add(name(connector))
                  ? problem(section, connector)
                  : "another connector has the same name. Rename one");
    }
    for (String section : SECTIONS.keySet()) {
      Map<String, String> together = problems(List.copyOf(taken.values()));
      leaveOut(
          section,
          connector -> {
            String key = key(section, connector);
            String why = together.getOrDefault(key, "");
            if (!why.isEmpty()) {
              taken.remove(key);
            }
            return why;
          });
    }
  }

  @FunctionalInterface
  private interface Check {
    /** Empty: the connector is taken. */
    String why(Map<String, Object> connector);
  }

  @SuppressWarnings("unchecked")
  private void leaveOut(String section, Check check) {
    List<Map<String, Object>> kept = new ArrayList<>();
    boolean leftOut = false;
    for (Map<String, Object> connector :
        (List<Map<String, Object>>) organization.getOrDefault(section, List.of())) {
      String why = check.why(connector);
      String object = (SECTIONS.get(section) + " " + name(connector)).strip();
      if (!why.isEmpty()) {
        findings.add(new Finding(object, "", "", Taken.NOT_TAKEN, "not imported: " + why));
        leftOut = true;
        continue;
      }
      if (leftOut && section.equals("routingRules")) {
        findings.add(new Finding(object, "", "", Taken.DIFFERENT, AFTER_ANOTHER));
        connector.put("enabled", false);
      }
      kept.add(connector);
    }
    if (kept.isEmpty()) {
      organization.remove(section);
    } else {
      organization.put(section, kept);
    }
  }

  private String problem(String section, Map<String, Object> connector) {
    Map<String, Object> draft = Map.of("id", organization.get("id"), section, List.of(connector));
    DirectoryFile file =
        DirectoryFile.parse(DraftText.yaml(draft).getBytes(StandardCharsets.UTF_8));
    if (!file.problems().isEmpty()) {
      FileProblem first = file.problems().getFirst();
      return text(first.field(), first.problem(), first.cure());
    }
    for (DirectoryObject object : file.objects()) {
      if (!object.hasOrganization()) {
        String key = DirectoryKeys.key(object);
        List<DirectoryObject> with = new ArrayList<>(List.of(object));
        if (object.hasRoutingRule()) {
          with.addAll(taken.values()); // it names one of the connectors
        }
        String why = problems(with).getOrDefault(key, "");
        if (!why.isEmpty()) {
          return why;
        }
        taken.put(key, object);
      }
    }
    return "";
  }

  /** The first problem of each object, by its key. */
  private Map<String, String> problems(List<DirectoryObject> connectors) {
    Map<String, String> problems = new HashMap<>();
    for (DirectoryProblem problem : DirectoryRules.validate(domains, connectors)) {
      problems.putIfAbsent(
          problem.getObject(), text(problem.getField(), problem.getProblem(), problem.getCure()));
    }
    return problems;
  }

  private String key(String section, Map<String, Object> connector) {
    String id = String.valueOf(organization.get("id"));
    return switch (section) {
          case "inboundConnectors" -> DirectoryKeys.inboundConnectors(id);
          case "outboundConnectors" -> DirectoryKeys.outboundConnectors(id);
          default -> DirectoryKeys.routingRules(id);
        }
        + name(connector);
  }

  private static String name(Map<String, Object> connector) {
    return String.valueOf(connector.get("name"));
  }

  private static String text(String field, String problem, String cure) {
    return (field.isEmpty() ? "" : field + ": ") + problem + ". " + cure;
  }
}
