package io.postern.policy.access;

import io.postern.api.Caller;
import io.postern.api.Costly;
import io.postern.api.ProblemException;
import io.postern.api.users.ChangedUserException;
import io.postern.api.users.Totp;
import io.postern.api.users.User;
import io.postern.api.users.Users;
import io.postern.contracts.v1.AccessEventKind;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The caller's own second factor, of a local user: codes of an authenticator app (RFC 6238). */
@Path("/api/v1/me/second-factor")
@Authenticated
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "access")
public class SecondFactorResource {
  private final Users users;
  private final OwnPassword password;
  private final Caller caller;
  private final AccessRecords records;

  SecondFactorResource(Users users, OwnPassword password, Caller caller, AccessRecords records) {
    this.users = users;
    this.password = password;
    this.caller = caller;
    this.records = records;
  }

  /**
   * @param present a sign-in needs a code
   * @param demanded by postern.api.second-factor: without it the user has no roles
   */
  public record SecondFactorView(boolean present, boolean demanded) {}

  /**
   * @param current the caller's password; null: this request shows it
   * @param code six digits of the app; null: none
   */
  public record SecondFactorRequest(@Nullable String current, @Nullable String code) {
    /** Without the password. */
    @Override
    public String toString() {
      return "SecondFactorRequest";
    }
  }

  /**
   * @param secret base32, for an authenticator app; shown this once
   * @param uri the same as otpauth URI
   */
  public record SecondFactorAnswer(String secret, String uri) {
    /** Without the secret. */
    @Override
    public String toString() {
      return "SecondFactorAnswer";
    }
  }

  @GET
  @Operation(summary = "Whether you have a second factor, and need one")
  public SecondFactorView read() {
    User user = local();
    return new SecondFactorView(user.needsCode(), users.demandsSecondFactor(user));
  }

  private User local() {
    return password
        .user()
        .orElseThrow(
            () ->
                ProblemException.conflict(
                    caller.name()
                        + " is not a local user: a second factor is the OpenID provider's."));
  }

  @POST
  @Costly(20)
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Begins to set up your second factor, and shows its secret",
      description =
          "For local users, with any role or none. It is in force when PUT has shown a right code.")
  @APIResponseSchema(SecondFactorAnswer.class)
  @APIResponse(responseCode = "403", description = "The current password is wrong")
  @APIResponse(
      responseCode = "409",
      description = "The caller is not a local user, or has a second factor")
  public SecondFactorAnswer begin(@Nullable SecondFactorRequest request) throws IOException {
    User user = local();
    password.require(request == null ? null : request.current());
    String secret =
        users
            .beginSecondFactor(user.name())
            .orElseThrow(
                () ->
                    ProblemException.conflict(
                        "The user has a second factor: remove it before you set up another one."));
    return new SecondFactorAnswer(secret, Totp.uri(user.name(), secret));
  }

  @PUT
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Puts the second factor that you began in force, by a code of it",
      description =
          "Ends all of the user's sessions and tokens, this one included: sign in again with the "
              + "next code.")
  @APIResponse(responseCode = "204", description = "In force")
  @APIResponse(responseCode = "403", description = "The code is wrong")
  @APIResponse(responseCode = "409", description = "None was begun, or the user was changed")
  public Response complete(@Nullable SecondFactorRequest request) throws IOException {
    User user = local();
    if (user.secondFactor() == null || user.needsCode()) {
      throw ProblemException.conflict("No second factor was begun: begin with POST.");
    }
    try {
      if (!users.completeSecondFactor(user.name(), code(request))) {
        throw OwnPassword.wrongCode();
      }
    } catch (ChangedUserException e) {
      throw changed();
    }
    records.record(AccessEventKind.SECOND_FACTOR_ADDED, user.name());
    return Response.noContent().build();
  }

  private static String code(@Nullable SecondFactorRequest request) {
    return request == null || request.code() == null ? "" : request.code();
  }

  private static ProblemException changed() {
    return ProblemException.conflict("The user was changed at the same time: try again.");
  }

  @DELETE
  @Costly(20)
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Removes your second factor",
      description =
          "Needs the password and a code. Ends all of the user's sessions and tokens, this one "
              + "included.")
  @APIResponse(responseCode = "204", description = "Removed")
  @APIResponse(responseCode = "403", description = "The current password or the code is wrong")
  @APIResponse(
      responseCode = "409",
      description = "The caller is not a local user, has none, or was changed")
  public Response remove(@Nullable SecondFactorRequest request) throws IOException {
    User user = local();
    if (!user.needsCode()) {
      throw ProblemException.conflict("The user has no second factor.");
    }
    password.require(request == null || request.current() == null ? "" : request.current());
    password.requireCode(code(request));
    try {
      users.removeSecondFactor(user.name());
    } catch (ChangedUserException e) {
      throw changed();
    }
    records.record(AccessEventKind.SECOND_FACTOR_REMOVED, user.name());
    return Response.noContent().build();
  }
}
