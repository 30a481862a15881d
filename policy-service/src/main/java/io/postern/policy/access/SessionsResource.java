package io.postern.policy.access;

import io.postern.api.Caller;
import io.postern.api.OwnRate;
import io.postern.api.ProblemException;
import io.postern.api.signin.OpenSession;
import io.postern.api.signin.ProviderSessions;
import io.postern.api.users.Users;
import io.postern.contracts.v1.AccessEventKind;
import io.quarkus.security.Authenticated;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The caller's own sessions: they end in every service within two seconds. */
@Path("/api/v1/me/sessions")
@Authenticated
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "access")
public class SessionsResource {
  private final Users users;
  private final Caller caller;
  private final SecurityIdentity identity;
  private final AccessRecords records;

  SessionsResource(Users users, Caller caller, SecurityIdentity identity, AccessRecords records) {
    this.records = records;
    this.users = users;
    this.caller = caller;
    this.identity = identity;
  }

  @DELETE
  @OwnRate
  @Operation(
      summary = "Ends all sessions and tokens of the caller",
      description = "In every service within two seconds, this one included.")
  @APIResponse(responseCode = "204", description = "Ended")
  @APIResponse(responseCode = "403", description = "A provider's user without a role")
  @APIResponse(responseCode = "409", description = "The token of an emergency key only expires")
  @APIResponse(responseCode = "503", description = "Too many users have ended sessions")
  public Response endAll() throws IOException {
    requireEnd();
    users.endOwnSessions(caller.name());
    records.record(AccessEventKind.SESSIONS_ENDED, caller.name());
    return Response.noContent().build();
  }

  private void requireEnd() {
    if (OpenSession.isEmergency(identity)) {
      throw ProblemException.conflict(
          "A token of an emergency key cannot be ended: it expires within 15 minutes.");
    }
    if (caller.rights().isNone() && users.user(caller.name()).isEmpty()) {
      throw ProblemException.forbidden(
          "The user has no role here, and its sessions may do nothing. An operator can end former"
              + " ones.");
    }
  }

  @DELETE
  @OwnRate
  @Path("/current")
  @Operation(
      summary = "Ends the session of the token of this call",
      description =
          "In every service within two seconds; also a token of the OpenID provider that has an "
              + "id (jti), but the provider may issue another one. With a password nothing ends.")
  @APIResponse(responseCode = "204", description = "Ended")
  @APIResponse(responseCode = "403", description = "A provider's user without a role")
  @APIResponse(
      responseCode = "409",
      description = "The token of an emergency key only expires, or the provider's has no id")
  @APIResponse(responseCode = "503", description = "Too many users have ended sessions")
  public Response endThis() throws IOException {
    requireEnd();
    Optional<OpenSession> session = OpenSession.of(identity);
    if (session.isEmpty() && ProviderSessions.isByProvider(identity)) {
      throw ProblemException.conflict(
          "The OpenID provider's token has no id (jti) of at most 100 characters, by which it could be"
              + " ended: end all your sessions (DELETE /api/v1/me/sessions, postern sign-out --all).");
    }
    if (session.isPresent()) {
      users.endSession(caller.name(), session.get().id(), session.get().expires());
      records.record(AccessEventKind.SIGNED_OUT, caller.name(), session.get().id(), "");
    }
    return Response.noContent().build();
  }
}
