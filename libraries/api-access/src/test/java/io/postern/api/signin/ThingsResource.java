package io.postern.api.signin;

import io.postern.api.Caller;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;

/** A resource as a service has them. */
@Path("/api/v1/things/{organization}")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
public class ThingsResource {
  private final Caller caller;

  ThingsResource(Caller caller) {
    this.caller = caller;
  }

  /** A body. */
  public record Thing(String name, int size) {}

  @GET
  @RunOnVirtualThread
  public Thing read(@PathParam("organization") String organization, @QueryParam("size") int size) {
    caller.requireRead(organization, "thing of " + organization);
    return new Thing(organization, 100 / (size + 1));
  }

  @PUT
  @Consumes(MediaType.APPLICATION_JSON)
  @RunOnVirtualThread
  public Thing change(@PathParam("organization") String organization, Thing thing) {
    caller.requireChange(organization, "thing of " + organization);
    return thing;
  }
}
