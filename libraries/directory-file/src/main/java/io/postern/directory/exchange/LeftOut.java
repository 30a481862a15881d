package io.postern.directory.exchange;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.Organization;
import io.postern.directory.DirectoryFile;
import io.postern.directory.FileProblem;
import io.postern.directory.exchange.ExchangeObject.Kind;
import io.postern.directory.exchange.Finding.Taken;
import io.postern.rules.Directory;
import io.postern.rules.checks.DirectoryRules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Connectors and routing rules of a draft that the file's reader or the rules would refuse: they
 * are taken out, each with a finding that says why. Each is first checked without the others, then
 * the rest together, since two may exclude each other. One use, one thread.
 */
final class LeftOut {
  private static final String AFTER_ANOTHER =
      "enabled is false: a rule before it was left out, and may have taken its mail in Exchange."
          + " Review the rule, and enable it";

  private static final List<Kind> KINDS =
      List.of(Kind.INBOUND_CONNECTOR, Kind.OUTBOUND_CONNECTOR, Kind.TRANSPORT_RULE);

  private final String organization;
  private final Map<Kind, List<Map<String, Object>>> drafts;
  private final List<Finding> findings;
  private final Directory domains;

  /** The objects that are taken, by key. */
  private final Map<String, DirectoryObject> taken = new HashMap<>();

  /**
   * @param drafts of objects, in the directory file's spelling; changed
   * @param accepted domains of the organization, those that are there already too
   * @param findings are added to
   */
  LeftOut(
      String organization,
      Map<Kind, List<Map<String, Object>>> drafts,
      Set<String> accepted,
      List<Finding> findings) {
    this.organization = organization;
    this.drafts = drafts;
    this.findings = findings;
    List<DirectoryObject> objects = new ArrayList<>();
    Organization.Builder owner = Organization.newBuilder().setId(organization);
    objects.add(DirectoryObject.newBuilder().setOrganization(owner).build());
    for (String domain : accepted) {
      AcceptedDomain.Builder one = AcceptedDomain.newBuilder().setOrganization(organization);
      objects.add(DirectoryObject.newBuilder().setAcceptedDomain(one.setDomain(domain)).build());
    }
    domains = Directory.of(objects, 0, Map.of());
  }

  void take() {
    for (Kind kind : KINDS) {
      Set<String> names = new HashSet<>();
      leaveOut(
          kind,
          draft ->
              names.add(name(draft))
                  ? problem(kind, draft)
                  : "another connector has the same name. Rename one");
    }
    for (Kind kind : KINDS) {
      Map<String, String> together = problems(List.copyOf(taken.values()));
      leaveOut(
          kind,
          draft -> {
            String key = kind.here().key(organization, name(draft));
            String why = together.getOrDefault(key, "");
            if (!why.isEmpty()) {
              taken.remove(key);
            }
            return why;
          });
    }
  }

  /** A rule after one that is left out. */
  static void disable(Map<String, Object> rule, ObjectImport report) {
    report.object(Taken.DIFFERENT, AFTER_ANOTHER);
    rule.put("enabled", false);
  }

  /**
   * @param check why a draft is left out; empty: it is taken
   */
  private void leaveOut(Kind kind, Function<Map<String, Object>, String> check) {
    List<Map<String, Object>> kept = new ArrayList<>();
    boolean leftOut = false;
    for (Map<String, Object> draft : drafts.getOrDefault(kind, List.of())) {
      String why = check.apply(draft);
      ObjectImport report =
          new ObjectImport(new ExchangeObject(kind, Map.of("Name", name(draft))), findings);
      if (!why.isEmpty()) {
        report.object(Taken.NOT_TAKEN, "not imported: " + why);
        leftOut = true;
        continue;
      }
      if (leftOut && kind == Kind.TRANSPORT_RULE) {
        disable(draft, report);
      }
      kept.add(draft);
    }
    drafts.put(kind, kept);
  }

  private String problem(Kind kind, Map<String, Object> draft) {
    DirectoryFile file =
        DirectoryFile.lists(Map.of(kind.here().list(), List.of(draft)), organization);
    if (!file.problems().isEmpty()) {
      FileProblem first = file.problems().getFirst();
      return text(first.field(), first.problem(), first.cure());
    }
    String key = kind.here().key(organization, name(draft));
    List<DirectoryObject> with = new ArrayList<>(file.objects());
    if (kind == Kind.TRANSPORT_RULE) {
      with.addAll(taken.values()); // it names one of the connectors
    }
    String why = problems(with).getOrDefault(key, "");
    if (why.isEmpty()) {
      taken.put(key, file.objects().getFirst());
    }
    return why;
  }

  /** The first problem of each object, by its key. */
  private Map<String, String> problems(List<DirectoryObject> objects) {
    Map<String, String> problems = new HashMap<>();
    for (DirectoryProblem problem : DirectoryRules.validate(domains, objects)) {
      problems.putIfAbsent(
          problem.getObject(), text(problem.getField(), problem.getProblem(), problem.getCure()));
    }
    return problems;
  }

  private static String name(Map<String, Object> draft) {
    return String.valueOf(draft.get("name"));
  }

  private static String text(String field, String problem, String cure) {
    return (field.isEmpty() ? "" : field + ": ") + problem + ". " + cure;
  }
}
