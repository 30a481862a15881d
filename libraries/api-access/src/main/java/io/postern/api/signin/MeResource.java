package io.postern.api.signin;

import io.postern.api.Caller;
import io.postern.api.Rights;
import io.quarkus.security.Authenticated;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The caller's own rights, as this service sees them. */
@Path("/api/v1/me")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "access")
public class MeResource {
  private final Caller caller;
  private final SecurityIdentity identity;

  MeResource(Caller caller, SecurityIdentity identity) {
    this.caller = caller;
    this.identity = identity;
  }

  /**
   * @param roles operator, administrator:ORGANIZATION, auditor:ORGANIZATION
   * @param operator everything is allowed
   * @param reads the organizations whose objects may be read; "*": all
   * @param changes the organizations whose objects may be changed; "*": all
   */
  public record Me(
      String name,
      List<String> roles,
      boolean operator,
      List<String> reads,
      List<String> changes) {}

  @GET
  @RunOnVirtualThread
  @Operation(summary = "Who the caller is, and the caller's rights")
  public Me me() {
    Rights rights = caller.rights();
    return new Me(
        caller.name(),
        identity.getRoles().stream().sorted().toList(),
        rights.operator(),
        named(rights.reads().orElse(Set.of("*"))),
        named(rights.changes().orElse(Set.of("*"))));
  }

  private static List<String> named(Set<String> organizations) {
    return organizations.stream().sorted().toList();
  }
}
