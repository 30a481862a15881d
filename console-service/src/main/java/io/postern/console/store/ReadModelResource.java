package io.postern.console.store;

import io.postern.api.Caller;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.sql.PreparedStatement;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;

/** The API of the read model itself (docs/guides/tracing-a-message.md). */
@Path("/api/v1/read-model")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "read-model", description = "Progress of the read model, and rebuilding it")
public class ReadModelResource {
  private static final Logger LOG = Logger.getLogger(ReadModelResource.class);

  private final ReadModel model;
  private final Caller caller;

  ReadModelResource(ReadModel model, Caller caller) {
    this.model = model;
    this.caller = caller;
  }

  @GET
  @RunOnVirtualThread
  @Operation(summary = "Progress by topic")
  @APIResponse(responseCode = "200")
  public ReadTo readTo() {
    return model.use(ReadTo::of);
  }

  @POST
  @Path("/rebuild")
  @RunOnVirtualThread
  @Operation(
      summary = "Rebuild the read model",
      description =
          "For operators. Days that Kafka holds completely are rebuilt, and are incomplete until "
              + "they have been read; older days keep their rows.")
  @APIResponse(responseCode = "202", description = "The writing replica starts within seconds")
  @APIResponse(responseCode = "403", description = "The caller is not an operator")
  public Response rebuild() {
    caller.requireOperator();
    String by = caller.name();
    model.use(
        connection -> {
          try (PreparedStatement insert =
              connection.prepareStatement(
                  "INSERT INTO rebuild (id, asked_for, by_whom) VALUES (1, ?, ?) ON CONFLICT DO NOTHING")) {
            insert.setLong(1, System.currentTimeMillis());
            insert.setString(2, by);
            return insert.executeUpdate();
          }
        });
    LOG.infof("A rebuild of the read model was requested by %s", by);
    return Response.accepted().build();
  }
}
