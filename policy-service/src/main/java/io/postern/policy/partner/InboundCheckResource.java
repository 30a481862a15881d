package io.postern.policy.partner;

import io.postern.api.Caller;
import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The API of sessions given by hand (docs/guides/forced-tls-with-a-partner.md). */
@Path("/api/v1/organizations/{organization}/inbound-checks")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "partners", description = "Validation of connectors, and forced TLS with a partner")
public class InboundCheckResource {
  private final CurrentDirectory directory;
  private final PartnerVerdicts verdicts;
  private final Caller caller;

  InboundCheckResource(CurrentDirectory directory, PartnerVerdicts verdicts, Caller caller) {
    this.directory = directory;
    this.verdicts = verdicts;
    this.caller = caller;
  }

  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @RunOnVirtualThread
  @Operation(
      summary = "Decides about a session given by hand",
      description =
          "Which inbound connector of the organization takes it, and the condition of each. A chain"
              + " is judged by certificate-service; without an answer within 10 s it is unknown.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = InboundCheckView.class)))
  @APIResponse(
      responseCode = "400",
      description = "The facts cannot be read",
      content = @Content(schema = @Schema(implementation = Problem.class)))
  public InboundCheckView check(
      @PathParam("organization") String organization, @Nullable InboundCheckRequest body) {
    caller.requireRead(organization, "organization " + organization);
    if (body == null) {
      throw ProblemException.badRequest("/", "there is no session", "write clientIp at least");
    }
    return new InboundCheck(directory.of(organization), organization, body).run(verdicts);
  }
}
