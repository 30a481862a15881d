package io.postern.policy.partner;

import io.postern.contracts.v1.DirectoryObject;
import io.postern.directory.DirectoryFile;
import io.postern.directory.FileProblem;
import io.postern.policy.change.Faults;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Objects that are not stored, in the spelling of the directory file. Pure; any thread. */
final class RequestObjects {
  private RequestObjects() {}

  /**
   * The objects of parts of an organization.
   *
   * @param sections as in a directory file: outboundConnectors and others, each a list
   * @param place of a problem in what was sent
   * @throws io.postern.api.ProblemException 422: it cannot be read, with the fields
   */
  static List<DirectoryObject> objects(
      String organization, Map<String, ?> sections, UnaryOperator<FileProblem> place) {
    DirectoryFile parsed = DirectoryFile.lists(sections, organization);
    Faults.refuse(parsed.problems().stream().map(place).toList());
    return parsed.objects();
  }

  /** The problem at another place of what was sent, which has no lines. */
  static FileProblem at(String pointer, FileProblem problem) {
    return new FileProblem(
        0, 0, pointer, problem.object(), problem.field(), problem.problem(), problem.cure());
  }
}
