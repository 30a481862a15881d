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
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The API of refusals in groups (docs/guides/tracing-a-message.md). */
@Path("/api/v1/refusals/groups")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "refusals")
public class RefusalGroupsResource {
  private final ReadModel model;
  private final Caller caller;

  RefusalGroupsResource(ReadModel model, Caller caller) {
    this.model = model;
    this.caller = caller;
  }

  @GET
  @RunOnVirtualThread
  @Operation(
      summary = "Refusals by organization, the sender's domain, connector and rule",
      description = "Most frequent first; the same conditions as for the list.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = RefusalGroups.class)))
  public RefusalGroups groups(@BeanParam Parameters parameters) {
    Filter filter = parameters.filter(caller);
    Sight sight = Sight.of(caller);
    return model.use(connection -> RefusalGroups.of(connection, filter, sight));
  }
}
