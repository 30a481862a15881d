package io.postern.policy.partner;

import io.postern.api.ProblemException;
import io.postern.api.Rights;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.directory.DirectoryDiff;
import io.postern.directory.DirectoryFile;
import io.postern.directory.FileProblem;
import io.postern.directory.exchange.DraftText;
import io.postern.directory.exchange.ExchangeFile;
import io.postern.directory.exchange.ExchangeFormatException;
import io.postern.directory.exchange.ExchangeImport;
import io.postern.directory.exchange.Finding;
import io.postern.policy.directory.Permission;
import io.postern.rules.Directory;
import io.postern.rules.DirectoryRules;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An import of Exchange's objects into an organization: they are added, or take the place of those
 * with their names, which keep what Exchange has no parameter for ({@link KeptFields}); nothing is
 * removed. One use.
 */
final class ExchangeImporter {
  private final Directory before;
  private final String organization;
  private final Map<String, String> routes = new HashMap<>();

  /**
   * @param routes host, host:port, or domain=host:port
   */
  ExchangeImporter(Directory before, String organization, List<String> routes) {
    this.before = before;
    this.organization = organization;
    for (String route : routes) {
      int equals = route.indexOf('=');
      this.routes.put(
          equals < 0 ? "" : route.substring(0, equals).strip(),
          route.substring(equals + 1).strip());
    }
  }

  /**
   * @param rights of the caller
   * @param change makes the changes; the directory's version with them
   * @throws ProblemException 400: it is no such file
   */
  ImportAnswer run(
      byte[] file, Rights rights, boolean dryRun, ToLongFunction<List<DirectoryObject>> change) {
    ExchangeImport imported = imported(file);
    List<Finding> kept = KeptFields.addTo(imported.organization(), before, organization);
    String draft = DraftText.yaml(imported.organization());
    DirectoryFile parsed = DirectoryFile.parse(draft.getBytes(StandardCharsets.UTF_8));
    List<DirectoryObject> changes = changes(parsed);
    List<FileProblem> problems =
        parsed.problems().isEmpty() ? problems(parsed, changes, rights) : parsed.problems();
    Long version =
        dryRun || !problems.isEmpty() || changes.isEmpty() ? null : change.applyAsLong(changes);
    return new ImportAnswer(
        organization,
        draft,
        Stream.concat(imported.findings().stream(), kept.stream())
            .map(ImportAnswer.FindingView::of)
            .toList(),
        problems,
        DirectoryDiff.of(before.objects(), parsed).changes().stream()
            .filter(
                one ->
                    changes.stream().anyMatch(made -> DirectoryKeys.key(made).equals(one.object())))
            .toList(),
        before.version(),
        version != null,
        version);
  }

  /** Those of the rules, and changes that are not the caller's to make. */
  private List<FileProblem> problems(
      DirectoryFile parsed, List<DirectoryObject> changes, Rights rights) {
    return Stream.concat(
            changes.stream().flatMap(change -> Permission.problem(change, before, rights).stream()),
            DirectoryRules.validate(before, changes).stream())
        .map(parsed::locate)
        .toList();
  }

  private ExchangeImport imported(byte[] file) {
    Set<String> known =
        before.acceptedDomains(organization).stream()
            .map(domain -> domain.getDomain())
            .collect(Collectors.toSet());
    try {
      return ExchangeImport.of(organization, ExchangeFile.read(file), routes, known);
    } catch (ExchangeFormatException e) {
      throw ProblemException.badRequest(
          "body",
          String.valueOf(e.getMessage()),
          "write it by Get-InboundConnector | ConvertTo-Json -Depth 5");
    }
  }

  /** New objects and changed ones; the organization itself stays as it is. */
  private List<DirectoryObject> changes(DirectoryFile parsed) {
    List<DirectoryObject> changes = new ArrayList<>();
    for (DirectoryObject object : parsed.objects()) {
      DirectoryObject there = before.object(DirectoryKeys.key(object)).orElse(null);
      boolean same =
          there != null
              && (object.hasOrganization()
                  || there.getAcceptedDomain().equals(object.getAcceptedDomain())
                      && there.getInboundConnector().equals(object.getInboundConnector())
                      && there.getOutboundConnector().equals(object.getOutboundConnector()));
      if (!same) {
        changes.add(object);
      }
    }
    return changes;
  }
}
