package io.postern.operator.connectors;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.RecipientValidation;
import io.postern.directory.DirectoryDiff;
import io.postern.directory.DirectoryFile;
import io.postern.directory.FileProblem;
import io.postern.rules.Directory;
import io.postern.rules.DirectoryRules;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The directory as it would be if a file were applied, without an installation. Lists of recipients
 * are not in it, and no domain asks for one: no certificate depends on them. Immutable.
 *
 * @param problems that the rules have with the file's objects
 * @param needLists domains for which {@code apply} would ask for a list of recipients
 * @param file null: the directory in force
 */
public record CheckedDirectory(
    Directory directory,
    List<DirectoryProblem> problems,
    List<String> needLists,
    @Nullable DirectoryFile file) {

  /**
   * @param base the objects in force; none: of the file's organizations alone
   */
  public static CheckedDirectory of(Collection<DirectoryObject> base, String yaml) {
    DirectoryFile file = DirectoryFile.parse(yaml.getBytes(StandardCharsets.UTF_8));
    if (!file.problems().isEmpty()) {
      return new CheckedDirectory(directory(List.of()), List.of(), List.of(), file);
    }
    Map<String, DirectoryObject> after = new LinkedHashMap<>();
    base.forEach(object -> after.put(DirectoryKeys.key(object), object));
    List<DirectoryObject> changes = DirectoryDiff.of(base, file).objects();
    changes.forEach(object -> after.put(DirectoryKeys.key(object), object));
    List<DirectoryObject> judged = changes.stream().map(CheckedDirectory::withoutList).toList();
    return new CheckedDirectory(
        directory(after.values()),
        DirectoryRules.validate(directory(base), judged),
        needLists(changes),
        file);
  }

  /** The directory in force. */
  public static CheckedDirectory of(Collection<DirectoryObject> base) {
    return new CheckedDirectory(directory(base), List.of(), List.of(), null);
  }

  /** Problems of the file as a text, each with its line; then the directory is empty. */
  public List<FileProblem> unreadable() {
    return file == null ? List.of() : file.problems();
  }

  /** The rules' problems with other objects than these connectors, each with its line. */
  public List<FileProblem> problemsBeside(List<CheckedConnector> connectors) {
    if (file == null) {
      return List.of();
    }
    Set<String> keys =
        connectors.stream().map(CheckedConnector::key).collect(Collectors.toUnmodifiableSet());
    return problems.stream()
        .filter(problem -> !keys.contains(problem.getObject()))
        .map(file::locate)
        .toList();
  }

  private static List<String> needLists(List<DirectoryObject> changes) {
    return changes.stream()
        .filter(object -> !object.getRemoved() && isListed(object))
        .map(object -> object.getAcceptedDomain().getDomain())
        .toList();
  }

  private static boolean isListed(DirectoryObject object) {
    return object.getAcceptedDomain().getRecipientValidation()
        == RecipientValidation.RECIPIENT_VALIDATION_LIST;
  }

  private static Directory directory(Collection<DirectoryObject> objects) {
    return Directory.of(objects.stream().map(CheckedDirectory::withoutList).toList(), -1, Map.of());
  }

  /** A domain whose list is missing would hold its mail, whatever a certificate says. */
  private static DirectoryObject withoutList(DirectoryObject object) {
    return isListed(object)
        ? object.toBuilder()
            .setAcceptedDomain(object.getAcceptedDomain().toBuilder().clearRecipientValidation())
            .build()
        : object;
  }
}
