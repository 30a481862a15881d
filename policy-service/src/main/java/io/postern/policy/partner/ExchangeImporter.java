package io.postern.policy.partner;

import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.directory.DirectoryFile;
import io.postern.directory.exchange.DirectoryYaml;
import io.postern.directory.exchange.ExchangeFile;
import io.postern.directory.exchange.ExchangeFormatException;
import io.postern.directory.exchange.ExchangeImport;
import io.postern.directory.exchange.Finding;
import io.postern.policy.change.Changed;
import io.postern.policy.change.Faults;
import io.postern.rules.Directory;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  /** Makes or compares a draft's objects, whose problems it has with their places. */
  interface Door {
    Changed change(List<DirectoryObject> objects, DirectoryFile draft);
  }

  /**
   * @throws ProblemException 400: it is no such file
   * @throws WebApplicationException 422: the draft has faults, see {@link ImportProblem}
   */
  ImportAnswer run(byte[] file, Door door) {
    ExchangeImport imported = imported(file);
    List<Finding> kept = KeptFields.addTo(imported.organization(), before, organization);
    String draft = DirectoryYaml.yaml(imported.organization());
    List<ImportAnswer.FindingView> findings =
        Stream.concat(imported.findings().stream(), kept.stream())
            .map(ImportAnswer.FindingView::of)
            .toList();
    DirectoryFile parsed = DirectoryFile.parse(draft.getBytes(StandardCharsets.UTF_8));
    try {
      Faults.refuse(parsed.problems());
      Changed changed = door.change(objects(parsed), parsed);
      return new ImportAnswer(
          organization,
          draft,
          findings,
          changed.changes(),
          changed.warnings(),
          before.version(),
          changed.applied(),
          changed.applied() ? changed.version() : null);
    } catch (ProblemException e) {
      if (e.problem().status() != Problem.UNPROCESSABLE) {
        throw e;
      }
      throw new WebApplicationException(
          Response.status(Problem.UNPROCESSABLE)
              .type(Problem.MEDIA_TYPE)
              .entity(ImportProblem.of(e.problem(), organization, draft, findings))
              .build());
    }
  }

  /** The organization itself stays as it is. */
  private List<DirectoryObject> objects(DirectoryFile parsed) {
    return parsed.objects().stream()
        .filter(
            object ->
                !object.hasOrganization() || before.object(DirectoryKeys.key(object)).isEmpty())
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
}
