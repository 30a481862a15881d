package io.postern.policy.partner;

import io.postern.api.Caller;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.policy.directory.CurrentDirectory;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * The API of validations of one stored outbound connector
 * (docs/guides/forced-tls-with-a-partner.md).
 */
@Path("/api/v1/organizations/{organization}/outbound-connectors/{name}/validations")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "partners", description = "Validation of connectors, and forced TLS with a partner")
public class ConnectorValidationResource {
  /**
   * @param last the newest validation that ended, of this definition or an earlier one; null: none
   * @param recent those of the last hour, the newest first
   */
  @Schema(name = "ConnectorValidations")
  public record Validations(@Nullable LastValidation last, List<ValidationView> recent) {}

  private final CurrentDirectory directory;
  private final ProbeLog probes;
  private final Caller caller;
  private final ValidationResource validations;

  ConnectorValidationResource(
      CurrentDirectory directory, ProbeLog probes, Caller caller, ValidationResource validations) {
    this.directory = directory;
    this.probes = probes;
    this.caller = caller;
    this.validations = validations;
  }

  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @RunOnVirtualThread
  @Operation(
      summary = "Validates a stored outbound connector, whether it is on or off",
      description = "As for a draft. The result is kept as the connector's last validation.")
  @APIResponseSchema(
      value = ValidationView.class,
      responseCode = "202",
      responseDescription = "Started; see Location")
  @APIResponse(
      responseCode = "400",
      description = "Domains, recipients or sender do not match the connector")
  public Response validate(
      @PathParam("organization") String organization,
      @PathParam("name") String name,
      @Nullable ValidationRequest body) {
    caller.requireChange(organization, "outbound connector " + name);
    OutboundConnector connector = directory.outbound(organization, name);
    return validations.ask(
        new ValidationPlan(
                directory.get(), connector, body == null ? ValidationRequest.EMPTY : body)
            .request(caller.name(), true, true));
  }

  @GET
  @RunOnVirtualThread
  @Operation(summary = "The last validation of a connector, and those of the last hour")
  public Validations list(
      @PathParam("organization") String organization, @PathParam("name") String name) {
    caller.requireRead(organization, "outbound connector " + name);
    OutboundConnector connector = directory.outbound(organization, name);
    Instant now = Instant.now();
    return new Validations(
        probes.lastValidation(connector).map(v -> LastValidation.of(v, connector)).orElse(null),
        probes.probes(organization, name).stream()
            .map(probe -> ValidationView.of(probe, now))
            .toList());
  }

  @GET
  @Path("/{id}")
  @RunOnVirtualThread
  @Operation(summary = "A validation so far; kept for an hour")
  public ValidationView read(
      @PathParam("organization") String organization,
      @PathParam("name") String name,
      @PathParam("id") String id) {
    return validations.read(organization, id);
  }
}
