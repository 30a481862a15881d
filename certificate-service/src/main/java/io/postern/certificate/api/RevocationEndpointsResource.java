package io.postern.certificate.api;

import io.postern.api.Caller;
import io.postern.certificate.revocation.store.Endpoints;
import io.quarkus.security.Authenticated;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The health of the endpoints of lists and responders, as this replica sees it. */
@Path("/api/v1/revocation-endpoints")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "revocation", description = "Revocation endpoints: lists and responders")
public class RevocationEndpointsResource {
  private final Endpoints endpoints;
  private final Caller caller;

  RevocationEndpointsResource(Endpoints endpoints, Caller caller) {
    this.endpoints = endpoints;
    this.caller = caller;
  }

  @GET
  @Operation(
      summary = "The queried endpoints, failing ones first",
      description =
          "Each with its last success, its last failure and reason, failures in a row, and next "
              + "query. Of the replica that responds.")
  public List<Endpoints.Health> all() {
    caller.requireOperator(); // other organizations' authorities are among them
    return endpoints.all();
  }
}
