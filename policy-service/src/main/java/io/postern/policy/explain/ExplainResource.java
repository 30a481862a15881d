package io.postern.policy.explain;

import io.postern.api.Caller;
import io.postern.api.ProblemException;
import io.postern.log.LogSettings;
import io.postern.policy.PolicyVerdicts;
import io.postern.policy.directory.CurrentDirectory;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The API of explanations (docs/guides/tracing-a-message.md). It changes nothing. */
@Singleton
@Path("/api/v1/explain")
@Authenticated
@RunOnVirtualThread
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "explain", description = "What would happen to a message, and why")
public class ExplainResource {
  private final CurrentDirectory directory;
  private final Explanations explanations;
  private final Caller caller;

  ExplainResource(
      CurrentDirectory directory, LogSettings settings, PolicyVerdicts verdicts, Caller caller) {
    this.directory = directory;
    this.explanations = new Explanations(settings, verdicts);
    this.caller = caller;
  }

  @POST
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "The decisions about a message, in and out, with each condition of each connector",
      description =
          "For given facts, or for a recorded message by its queueId or reference, compared with "
              + "the recorded decision. Decided by the same code as in a session. With Accept: "
              + "text/plain, in sentences. Connectors and decisions of organizations that the caller "
              + "may not read are omitted.")
  @APIResponse(responseCode = "200")
  @APIResponse(responseCode = "400", description = "A fact is invalid or missing; see errors")
  @APIResponse(responseCode = "404", description = "No such message, or the caller may not read it")
  @APIResponse(responseCode = "422", description = "No connector was evaluated for this message")
  @APIResponse(
      responseCode = "503",
      description =
          "The directory is not completely read, Kafka is unavailable, or there are too "
              + "many requests")
  @APIResponse(responseCode = "504", description = "Kafka was not completely read within 10 s")
  public ExplainAnswer explain(@Nullable ExplainRequest request) {
    if (request == null) {
      throw ProblemException.badRequest(
          "", "the body is missing", "write facts, queueId or reference");
    }
    return explanations.answer(directory.get(), caller, request);
  }

  @POST
  @Produces(MediaType.TEXT_PLAIN)
  @Operation(hidden = true)
  public String sentences(@Nullable ExplainRequest request) {
    return ExplainText.of(explain(request));
  }
}
