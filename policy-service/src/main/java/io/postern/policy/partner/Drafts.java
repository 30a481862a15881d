package io.postern.policy.partner;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.directory.ObjectsFile;
import java.util.List;
import java.util.Map;

/** Objects that are not stored, in the spelling of the directory file. Pure; any thread. */
final class Drafts {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Drafts() {}

  /**
   * The objects of parts of an organization.
   *
   * @param sections as in a directory file: outboundConnectors and others, each a list
   * @throws ProblemException 422: it cannot be read, with the fields
   */
  static List<DirectoryObject> objects(String organization, Map<String, ?> sections) {
    ObjectsFile parsed;
    try {
      parsed = ObjectsFile.parse(JSON.writeValueAsBytes(sections), organization);
    } catch (JsonProcessingException e) {
      throw ProblemException.badRequest("/connector", "it cannot be read", "write a JSON object");
    }
    if (!parsed.problems().isEmpty()) {
      throw unprocessable(
          "The draft cannot be read.",
          parsed.problems().stream()
              .map(
                  problem ->
                      new Problem.Fault(
                          pointer(problem.object(), problem.field()),
                          problem.problem(),
                          problem.cure()))
              .toList());
    }
    return parsed.objects();
  }

  static ProblemException unprocessable(String detail, List<Problem.Fault> faults) {
    return new ProblemException(
        new Problem("about:blank", "Against the rules", 422, detail, faults));
  }

  static ProblemException refused(List<DirectoryProblem> problems) {
    return unprocessable(
        "It violates the rules of the directory.",
        problems.stream()
            .map(
                problem ->
                    new Problem.Fault(
                        pointer(problem.getObject(), problem.getField()),
                        problem.getProblem(),
                        problem.getCure()))
            .toList());
  }

  private static String pointer(String object, String field) {
    return "/" + object + (field.isEmpty() ? "" : "/" + field);
  }
}
