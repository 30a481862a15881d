package io.postern.policy.access;

import io.postern.api.Caller;
import io.postern.api.Costly;
import io.postern.api.OwnRate;
import io.postern.api.ProblemException;
import io.postern.api.users.ChangedUserException;
import io.postern.api.users.PasswordRules;
import io.postern.api.users.User;
import io.postern.api.users.Users;
import io.postern.contracts.v1.AccessEventKind;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The caller's own password, of a local user: whoever changes it shows the current one. */
@Path("/api/v1/me/password")
@Authenticated
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "access")
public class OwnPasswordResource {
  private final Users users;
  private final OwnPassword own;
  private final Caller caller;
  private final AccessRecords records;

  OwnPasswordResource(Users users, OwnPassword own, Caller caller, AccessRecords records) {
    this.records = records;
    this.users = users;
    this.own = own;
    this.caller = caller;
  }

  /**
   * @param current the password until now
   * @param password the new one, 12 to 200 characters
   */
  public record PasswordRequest(@Nullable String current, @Nullable String password) {
    /** Without the passwords. */
    @Override
    public String toString() {
      return "PasswordRequest";
    }
  }

  @PUT
  @OwnRate
  @Costly(20)
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Changes your own password",
      description =
          "For local users, with any role or none. Ends all of the user's sessions and tokens, "
              + "this one included.")
  @APIResponse(responseCode = "204", description = "Changed")
  @APIResponse(
      responseCode = "400",
      description = "The new password is too short, or one that is guessed first")
  @APIResponse(responseCode = "403", description = "The current password is wrong")
  @APIResponse(
      responseCode = "409",
      description = "The caller is not a local user, or was changed at the same time")
  public Response change(@Nullable PasswordRequest change) throws IOException {
    String name = caller.name();
    User user =
        own.user()
            .orElseThrow(
                () ->
                    ProblemException.conflict(
                        "The password of "
                            + name
                            + " is not kept here: change it at the"
                            + " OpenID provider."));
    String current = change == null || change.current() == null ? "" : change.current();
    String wanted = change == null || change.password() == null ? "" : change.password();
    check(name, current, wanted);
    own.require(current);
    try {
      users.put(name, user.roles(), wanted, user.version());
      records.record(AccessEventKind.PASSWORD_CHANGED, name);
    } catch (ChangedUserException e) {
      throw ProblemException.conflict("An operator has changed the user at the same time.");
    }
    return Response.noContent().build();
  }

  private static void check(String name, String current, String wanted) {
    PasswordRules.fault(name, wanted)
        .ifPresent(
            fault -> {
              throw ProblemException.badRequest("/password", fault.problem(), fault.cure());
            });
    if (wanted.equals(current)) {
      throw ProblemException.badRequest("/password", "it is the current one", "write another one");
    }
  }
}
