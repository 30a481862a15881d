package io.postern.policy.api;

import io.postern.api.problems.ProblemAnswers;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.responses.APIResponses;

/**
 * The parameters and failures that many operations share. The words that an operation says of
 * itself stay. Stateless.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class SharedDescriptions implements OASFilter {
  private static final String PROBLEM = "Problem";
  private static final String MEANWHILE = "ChangedMeanwhile";
  private static final List<Parameter> NONE = List.of();
  private static final Map<String, String> PARAMETERS =
      Map.of(
          "after", "\"next\" of the previous page",
          "limit", "1 to 500",
          "dryRun", "Compare and check, change nothing",
          "reason", "Reason, for the record of changes");

  /** Tags of operations that need no Kafka, or that describe their 503. */
  private static final Set<String> WITHOUT_KAFKA = Set.of("access", "users", "what-if");

  @Override
  public void filterOpenAPI(OpenAPI api) {
    for (var path : api.getPaths().getPathItems().values()) {
      path.getOperations().forEach((method, operation) -> describe(method.name(), operation));
    }
  }

  private static void describe(String method, Operation operation) {
    Set<String> names = new HashSet<>();
    Set<Parameter.In> places = EnumSet.noneOf(Parameter.In.class);
    for (Parameter parameter : Objects.requireNonNullElse(operation.getParameters(), NONE)) {
      names.add(parameter.getName());
      places.add(parameter.getIn());
      if (parameter.getDescription() == null) {
        parameter.setDescription(PARAMETERS.get(parameter.getName()));
      }
    }
    APIResponses answers = operation.getResponses();
    APIResponse made = answers.getAPIResponse("201");
    if (made != null && made.getContent() == null) {
      made.setContent(answers.getAPIResponse("200").getContent());
    }
    if (places.contains(Parameter.In.QUERY) || operation.getRequestBody() != null) {
      add(answers, 400, "A parameter or the body is invalid", PROBLEM);
    }
    if (places.contains(Parameter.In.PATH)
        && !(method.equals("PUT") && operation.getTags().contains("users"))) { // it creates one
      add(answers, 404, "It does not exist, or the caller may not read it", PROBLEM);
    }
    if (operation.getTags().stream().noneMatch(WITHOUT_KAFKA::contains)) {
      add(answers, 503, "Kafka is unavailable", PROBLEM);
    }
    if (names.contains("dryRun")) {
      add(answers, 504, "No response within 10 seconds; the change may still be made", PROBLEM);
    }
    if (names.contains(HttpHeaders.IF_MATCH)) {
      // A pair's names the connectors that are not as they were made.
      String meanwhile = operation.getTags().contains("partners") ? PROBLEM : MEANWHILE;
      add(answers, 412, "It has been changed, see \"changes\"", meanwhile);
      if (names.contains("dryRun")) {
        add(answers, 409, "It was changed at the same time, see \"changes\"", meanwhile);
      }
      if (!method.equals("POST")) {
        add(answers, 428, "It exists, and If-Match is missing", PROBLEM);
      }
    }
  }

  private static void add(APIResponses answers, int status, String description, String schema) {
    String code = Integer.toString(status);
    APIResponse answer = answers.getAPIResponse(code);
    if (answer == null) {
      answer = OASFactory.createAPIResponse().description(description);
      answers.addAPIResponse(code, answer);
    }
    answer.setContent(ProblemAnswers.content(schema));
  }
}
