package io.postern.policy.partner;

import io.postern.api.Caller;
import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.policy.directory.CurrentDirectory;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * The API of watches: the next sessions that claim to be a partner
 * (docs/guides/forced-tls-with-a-partner.md).
 */
@Path("/api/v1/organizations/{organization}/watches")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "partners", description = "Validation of connectors, and forced TLS with a partner")
public class WatchResource {
  private final CurrentDirectory directory;
  private final Watches watches;
  private final Caller caller;

  WatchResource(CurrentDirectory directory, Watches watches, Caller caller) {
    this.directory = directory;
    this.watches = watches;
    this.caller = caller;
  }

  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @RunOnVirtualThread
  @Operation(
      summary = "Watches the next sessions that claim a partner's domain, certificate or address",
      description =
          "At most 50 sessions in 30 minutes; 5 watches per organization at a time. Only the "
              + "replica named in its ID has the watch.")
  @APIResponse(
      responseCode = "201",
      description = "Sessions that end from now on are shown; see Location",
      content = @Content(schema = @Schema(implementation = WatchView.class)))
  @APIResponse(
      responseCode = "400",
      content = @Content(schema = @Schema(implementation = Problem.class)))
  @APIResponse(
      responseCode = "429",
      description = "Too many watches are running",
      content = @Content(schema = @Schema(implementation = Problem.class)))
  public Response start(
      @PathParam("organization") String organization, @Nullable WatchRequest body) {
    caller.requireChange(organization, "organization " + organization);
    directory.of(organization);
    try {
      return start(
          organization,
          body == null ? new WatchRequest(null, null, null).partner() : body.partner());
    } catch (IllegalArgumentException e) {
      throw ProblemException.badRequest(
          "/", String.valueOf(e.getMessage()), "write domains and addresses as in a connector");
    }
  }

  Response start(String organization, ClaimedPartner partner) {
    if (partner.isEmpty()) {
      throw ProblemException.badRequest(
          "/domains",
          "nothing identifies the sessions",
          "write domains, certificateNames or addresses of the partner");
    }
    Watch watch = watches.start(organization, partner);
    return Response.created(
            URI.create("/api/v1/organizations/" + organization + "/watches/" + watch.id()))
        .entity(watch.view(Instant.now()))
        .build();
  }

  @GET
  @Path("/{id}")
  @RunOnVirtualThread
  @Operation(summary = "A watch with its sessions")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = WatchView.class)))
  public WatchView read(
      @PathParam("organization") String organization, @PathParam("id") String id) {
    caller.requireRead(organization, "watch " + id);
    return watches.find(organization, id).view(Instant.now());
  }

  @DELETE
  @Path("/{id}")
  @RunOnVirtualThread
  @Operation(summary = "Ends a watch; its sessions can be read for an hour")
  @APIResponse(responseCode = "204", description = "Ended")
  public void end(@PathParam("organization") String organization, @PathParam("id") String id) {
    caller.requireChange(organization, "watch " + id);
    watches.find(organization, id).end();
  }
}
