package io.postern.console.search;

import io.postern.api.Caller;
import io.postern.console.sight.Sight;
import io.postern.console.store.ReadModel;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The API of refusals (docs/guides/tracing-a-message.md). */
@Path("/api/v1/refusals")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "refusals", description = "Mail that was refused, and why")
public class RefusalsResource {
  private final ReadModel model;
  private final Caller caller;

  RefusalsResource(ReadModel model, Caller caller) {
    this.model = model;
    this.caller = caller;
  }

  @GET
  @RunOnVirtualThread
  @Operation(
      summary = "Refusals that match all conditions, newest first",
      description =
          "Of the refusals of one kind from one source, the first is recorded completely; others "
              + "within a minute are only counted.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = Found.class)))
  public Found list(@BeanParam Parameters parameters, @Context UriInfo uri) {
    Filter filter = parameters.filter(caller);
    Sight sight = Sight.of(caller);
    return model.use(
        connection -> MessagesResource.page(connection, filter, "refusals", sight, uri));
  }
}
