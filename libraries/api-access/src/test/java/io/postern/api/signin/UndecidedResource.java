package io.postern.api.signin;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

/** A resource whose author forgot to say who may. */
@Path("/api/v1/undecided")
public class UndecidedResource {
  @GET
  @Produces(MediaType.TEXT_PLAIN)
  public String read() {
    return "secret";
  }
}
