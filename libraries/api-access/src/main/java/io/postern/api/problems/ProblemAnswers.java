package io.postern.api.problems;

import io.postern.api.CallRates;
import io.postern.api.Problem;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;

/**
 * The description of answers to calls that failed: a {@link Problem}, where the resource says
 * nothing else. Each call of a user may be one too many ({@link CallRates}). Stateless.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD, priority = ProblemAnswers.AFTER_OTHERS)
public class ProblemAnswers implements OASFilter {
  static final int AFTER_OTHERS = 0; // whose responses come first in the description

  private static final String FAILURE = "[45]\\d\\d";
  private static final String SIGN_IN = "401";
  private static final String TOO_MANY = "429";

  @Override
  public void filterOpenAPI(OpenAPI api) {
    List<Operation> operations =
        api.getPaths().getPathItems().values().stream()
            .flatMap(path -> path.getOperations().values().stream())
            .toList();
    operations.stream()
        .map(Operation::getResponses)
        .filter(responses -> responses.hasAPIResponse(SIGN_IN))
        .filter(responses -> !responses.hasAPIResponse(TOO_MANY))
        .forEach(
            responses ->
                responses.addAPIResponse(
                    TOO_MANY, OASFactory.createAPIResponse().description("Too Many Requests")));
    operations.stream()
        .flatMap(operation -> operation.getResponses().getAPIResponses().entrySet().stream())
        .filter(response -> response.getKey().matches(FAILURE))
        .map(Map.Entry::getValue)
        .forEach(ProblemAnswers::describe);
  }

  private static void describe(APIResponse response) {
    if (response.getContent() == null) {
      response.setContent(content("Problem"));
    }
  }

  /**
   * @param schema of a problem
   */
  public static Content content(String schema) {
    return OASFactory.createContent()
        .addMediaType(
            Problem.MEDIA_TYPE,
            OASFactory.createMediaType().schema(OASFactory.createSchema().ref(schema)));
  }
}
