package io.postern.certificate.api;

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
@Tag(name = "revocation", description = "Endpoints of lists and responders")
public class RevocationEndpointsResource {
  private final Endpoints endpoints;

  RevocationEndpointsResource(Endpoints endpoints) {
    this.endpoints = endpoints;
  }

  @GET
  @Operation(
      summary = "The endpoints that were asked, those that fail first",
      description =
          "Each with its last success, its last failure and why, failures in a row, and when it is"
              + " asked again. Of the replica that answers.")
  public List<Endpoints.Health> all() {
    return endpoints.all();
  }
}
