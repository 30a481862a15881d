package io.postern.console.life;

import io.postern.api.Caller;
import io.postern.console.sight.Sight;
import io.postern.console.store.ReadModel;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The API of a message's life (docs/guides/tracing-a-message.md). */
@Path("/api/v1/messages/{queueId}")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "messages")
public class LifeResource {
  private final ReadModel model;
  private final Caller caller;

  LifeResource(ReadModel model, Caller caller) {
    this.model = model;
    this.caller = caller;
  }

  @GET
  @RunOnVirtualThread
  @Operation(
      summary = "The trace of a message: all records about it, in order",
      description =
          "Ignored records are included and marked. Decisions and attempts of another organization "
              + "are not shown to a reader of an organization.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = Life.class)))
  @APIResponse(responseCode = "404", description = "No such message, or the caller may not read it")
  public Life life(@PathParam("queueId") String queueId) {
    Sight sight = Sight.of(caller);
    return model.use(connection -> LifeReader.read(connection, queueId, sight));
  }
}
