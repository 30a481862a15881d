package io.postern.policy.whatif;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.directory.DirectoryDiff;
import io.postern.directory.DirectoryFile;
import io.postern.directory.FileProblem;
import io.postern.directory.FileView;
import io.postern.rules.Directory;
import io.postern.rules.DirectoryRules;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The directory as it would be with a draft: a directory file, or one object of an organization in
 * the file's spelling. Checked as {@code apply} checks it. Immutable.
 *
 * @param organizations of which it speaks
 */
record Draft(Directory now, Directory then, Set<String> organizations) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Key of the one object, and the list in which it stands in a file. */
  private static final Map<String, String> OBJECTS =
      Map.of(
          "inboundConnector", "inboundConnectors",
          "outboundConnector", "outboundConnectors",
          "acceptedDomain", "acceptedDomains");

  /**
   * @param mayRead throws where the caller does not read an organization (G8); asked before the
   *     draft is compared with anything
   * @param operator may draft accepted domains that there are not
   * @throws ProblemException 422 with the faults, as {@code apply} has them
   */
  static Draft of(Directory now, byte[] body, Consumer<String> mayRead, boolean operator) {
    byte[] yaml = oneObject(now, body, mayRead);
    DirectoryFile file = DirectoryFile.parse(yaml == null ? body : yaml);
    file.organizations().forEach(mayRead);
    DirectoryDiff diff = DirectoryDiff.of(now.objects(), file);
    List<FileProblem> problems =
        !file.problems().isEmpty() || diff.objects().isEmpty()
            ? file.problems()
            : DirectoryRules.validate(now, diff.objects()).stream().map(file::locate).toList();
    if (!problems.isEmpty()) {
      throw refused(problems);
    }
    if (!operator) {
      refuseNewDomains(now, diff);
    }
    return new Draft(now, now.with(diff.objects()), file.organizations());
  }

  /**
   * By a domain of somebody else's partner the draft would show mail that is not its reader's (G8).
   */
  private static void refuseNewDomains(Directory now, DirectoryDiff diff) {
    for (DirectoryObject object : diff.objects()) {
      if (object.hasAcceptedDomain() && now.object(DirectoryKeys.key(object)).isEmpty()) {
        throw ProblemException.badRequest(
            "/" + DirectoryKeys.key(object),
            "only an operator drafts an accepted domain that there is not",
            "take it out of the draft, or ask an operator");
      }
    }
  }

  private static ProblemException refused(List<FileProblem> problems) {
    List<Problem.Fault> faults =
        problems.stream()
            .map(
                p ->
                    new Problem.Fault(
                        p.object() + (p.field().isEmpty() ? "" : ": " + p.field()),
                        p.problem(),
                        p.cure(),
                        p.line()))
            .toList();
    return new ProblemException(
        new Problem(
            "about:blank",
            "The draft has problems",
            422,
            "Each is one that apply would refuse.",
            faults));
  }

  /**
   * The file of the organization with the object in place of its namesake; null: the body is no
   * such JSON.
   */
  private static byte @Nullable [] oneObject(Directory now, byte[] body, Consumer<String> mayRead) {
    Map<String, Object> given;
    try {
      given = JSON.readValue(body, new TypeReference<>() {});
    } catch (java.io.IOException e) {
      return null; // YAML
    }
    String kind = OBJECTS.keySet().stream().filter(given::containsKey).findFirst().orElse(null);
    if (kind == null || !(given.get("organization") instanceof String id)) {
      return null;
    }
    mayRead.accept(id);
    Map<String, Object> organization =
        FileView.organizations(now.objects()).stream()
            .filter(o -> id.equals(o.get("id")))
            .findFirst()
            .map(LinkedHashMap::new)
            .orElseThrow(() -> ProblemException.notFound("organization " + id));
    String list = OBJECTS.getOrDefault(kind, "");
    organization.put(list, replaced(organization.get(list), given.get(kind), kind));
    try {
      return JSON.writeValueAsBytes(Map.of("organizations", List.of(organization)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("maps and texts can be written", e);
    }
  }

  private static List<Object> replaced(
      @Nullable Object list, @Nullable Object object, String kind) {
    String key = kind.equals("acceptedDomain") ? "domain" : "name";
    if (!(object instanceof Map<?, ?> its) || !(its.get(key) instanceof String name)) {
      throw ProblemException.badRequest("/" + kind, "it has no " + key, "write it as in a file");
    }
    List<Object> all = new ArrayList<>();
    if (list instanceof List<?> before) {
      before.stream()
          .filter(one -> !(one instanceof Map<?, ?> map && name.equals(map.get(key))))
          .forEach(all::add);
    }
    all.add(its);
    return all;
  }
}
