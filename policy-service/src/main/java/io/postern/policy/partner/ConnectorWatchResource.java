package io.postern.policy.partner;

import io.postern.api.Caller;
import io.postern.api.Problem;
import io.postern.policy.directory.CurrentDirectory;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * The API of watches of an inbound connector's partner (docs/guides/forced-tls-with-a-partner.md).
 */
@Path("/api/v1/organizations/{organization}/inbound-connectors/{name}/watches")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "partners", description = "Validation of connectors, and forced TLS with a partner")
public class ConnectorWatchResource {
  private final CurrentDirectory directory;
  private final Caller caller;
  private final WatchResource watches;

  ConnectorWatchResource(CurrentDirectory directory, Caller caller, WatchResource watches) {
    this.directory = directory;
    this.caller = caller;
    this.watches = watches;
  }

  @POST
  @RunOnVirtualThread
  @Operation(
      summary = "Watches the next sessions that claim to be an inbound connector's partner",
      description = "By its senderDomains, tlsSenderCertificateName and senderIPAddresses.")
  @APIResponse(
      responseCode = "201",
      description = "Sessions that end from now on are shown; see Location",
      content = @Content(schema = @Schema(implementation = WatchView.class)))
  @APIResponse(
      responseCode = "400",
      description = "The connector matches every client",
      content = @Content(schema = @Schema(implementation = Problem.class)))
  public Response watch(
      @PathParam("organization") String organization, @PathParam("name") String name) {
    caller.requireChange(organization, "inbound connector " + name);
    return watches.start(organization, ClaimedPartner.of(directory.inbound(organization, name)));
  }
}
