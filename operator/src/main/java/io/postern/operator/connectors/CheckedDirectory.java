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

/**
 * The directory as it would be if a file were applied, without an installation. Lists of recipients
 * are not in it, and no domain asks for one: no certificate depends on them. Immutable.
 *
 * @param problems that the rules have with the file's objects
 * @param unreadable problems of the file as a text, each with its line; then the directory is empty
 */
public record CheckedDirectory(
    Directory directory, List<DirectoryProblem> problems, List<FileProblem> unreadable) {

  /**
   * @param base the objects in force; none: of the file's organizations alone
   */
  public static CheckedDirectory of(Collection<DirectoryObject> base, String yaml) {
    DirectoryFile file = DirectoryFile.parse(yaml.getBytes(StandardCharsets.UTF_8));
    if (!file.problems().isEmpty()) {
      return new CheckedDirectory(directory(List.of()), List.of(), file.problems());
    }
    Map<String, DirectoryObject> after = new LinkedHashMap<>();
    base.forEach(object -> after.put(DirectoryKeys.key(object), object));
    List<DirectoryObject> changes = DirectoryDiff.of(base, file).objects();
    changes.forEach(object -> after.put(DirectoryKeys.key(object), object));
    return new CheckedDirectory(
        directory(after.values()), DirectoryRules.validate(directory(base), changes), List.of());
  }

  /** The directory in force. */
  public static CheckedDirectory of(Collection<DirectoryObject> base) {
    return new CheckedDirectory(directory(base), List.of(), List.of());
  }

  private static Directory directory(Collection<DirectoryObject> objects) {
    return Directory.of(objects.stream().map(CheckedDirectory::withoutList).toList(), -1, Map.of());
  }

  /** A domain whose list is missing would hold its mail, whatever a certificate says. */
  private static DirectoryObject withoutList(DirectoryObject object) {
    return object.getAcceptedDomain().getRecipientValidation()
            == RecipientValidation.RECIPIENT_VALIDATION_LIST
        ? object.toBuilder()
            .setAcceptedDomain(object.getAcceptedDomain().toBuilder().clearRecipientValidation())
            .build()
        : object;
  }
}
