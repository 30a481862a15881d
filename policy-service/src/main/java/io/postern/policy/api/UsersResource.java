package io.postern.policy.api;

import io.postern.api.Caller;
import io.postern.api.ProblemException;
import io.postern.api.Rights;
import io.postern.api.users.ChangedUserException;
import io.postern.api.users.PasswordRules;
import io.postern.api.users.User;
import io.postern.api.users.Users;
import io.postern.contracts.v1.AccessEventKind;
import io.postern.directory.DirectoryChange;
import io.postern.policy.access.AccessRecords;
import io.postern.policy.access.OwnPassword;
import io.postern.policy.change.ChangedMeanwhile;
import io.postern.policy.change.Precondition;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * The API of the local users, for operators (docs/guides/users.md). A change is in force in every
 * service within two seconds; the user's tokens end with it.
 */
@Path("/api/v1/users")
@Authenticated
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "users", description = "Local users and their roles")
public class UsersResource {
  private static final int MOST_ROLES = 1_000;
  private static final String WRONG =
      "The caller is not an operator, or the caller's own password is missing or wrong";

  private final Users users;
  private final Caller caller;
  private final OwnPassword own;
  private final AccessRecords records;

  UsersResource(Users users, Caller caller, OwnPassword own, AccessRecords records) {
    this.own = own;
    this.records = records;
    this.users = users;
    this.caller = caller;
  }

  /**
   * @param roles operator, administrator:ORGANIZATION, auditor:ORGANIZATION; * for all
   *     organizations
   * @param changed RFC 3339
   * @param generated its password is the one of the credentials file
   * @param secondFactor a sign-in needs a code
   */
  public record UserView(
      String name, List<String> roles, String changed, boolean generated, boolean secondFactor) {
    static UserView of(User user) {
      return new UserView(
          user.name(), user.roles(), user.changed(), user.generated(), user.needsCode());
    }
  }

  /**
   * @param roles null: the former ones stay
   * @param password 12 to 200 characters; null: the former one stays, and a new user gets a random
   *     one
   * @param current the caller's own password, see {@link Confirmation}
   */
  public record UserRequest(
      @Nullable List<String> roles, @Nullable String password, @Nullable String current) {
    /** Without the passwords. */
    @Override
    public String toString() {
      return "UserRequest " + roles;
    }
  }

  /**
   * @param current the caller's own password; null: the request shows it by HTTP Basic, or the
   *     caller is no local user
   */
  public record Confirmation(@Nullable String current) {
    /** Without the password. */
    @Override
    public String toString() {
      return "Confirmation";
    }
  }

  /**
   * @param password of a new user for whom none was given: shown this once
   */
  public record UserAnswer(UserView user, @Nullable String password) {}

  @GET
  @Operation(summary = "All local users, by name")
  public List<UserView> all() {
    caller.requireOperator();
    return users.all().stream().map(UserView::of).toList();
  }

  @GET
  @Path("/{name}")
  @Operation(summary = "One user", description = "With its ETag.")
  @APIResponseSchema(UserView.class)
  public Response one(@PathParam("name") String name) {
    caller.requireOperator();
    User user = existing(name);
    return tagged(Response.ok(UserView.of(user)), user).build();
  }

  private static Response.ResponseBuilder tagged(Response.ResponseBuilder answer, User user) {
    return answer.header(HttpHeaders.ETAG, Precondition.quoted(user.version()));
  }

  @PUT
  @Path("/{name}")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Creates a user, or changes roles or password of one",
      description =
          "Needs your own password again, in \"current\", unless the request shows it by HTTP "
              + "Basic. Revokes the user's tokens and sessions. If-None-Match: * creates a user only if none "
              + "exists; an existing one needs If-Match with its ETag.")
  @APIResponseSchema(
      value = UserAnswer.class,
      responseCode = "200",
      responseDescription = "Changed")
  @APIResponse(responseCode = "201", description = "Made")
  @APIResponse(responseCode = "403", description = WRONG)
  @APIResponse(
      responseCode = "412",
      description = "The user has been changed, created or removed, see \"current\"")
  @APIResponse(
      responseCode = "422",
      description = "A role or the password is invalid, or no operator would be left")
  public Response put(
      @PathParam("name") String name,
      @Nullable UserRequest request,
      @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch,
      @HeaderParam(HttpHeaders.IF_NONE_MATCH) @Nullable String ifNoneMatch)
      throws IOException {
    caller.requireOperator();
    List<String> wanted = request == null ? null : request.roles();
    String given = request == null ? null : request.password();
    if (wanted != null) {
      checkRoles(wanted);
    }
    checkPassword(name, given);
    own.require(request == null ? null : request.current());
    Optional<User> had = users.findNow(name);
    Optional<String> seen =
        Precondition.expected(had.map(User::version).orElse(Users.NONE), ifMatch, ifNoneMatch);
    if (seen.isEmpty()) {
      return meanwhile(name, wanted);
    }
    List<String> roles = wanted != null ? wanted : had.map(User::roles).orElse(List.of());
    String made = had.isEmpty() && given == null ? Users.randomPassword() : null;
    try {
      User user = users.put(name, roles, made != null ? made : given, seen.get());
      record(had, user, given != null);
      return tagged(
              Response.status(had.isEmpty() ? 201 : 200)
                  .entity(new UserAnswer(UserView.of(user), made)),
              user)
          .build();
    } catch (ChangedUserException e) {
      return meanwhile(name, wanted);
    } catch (IllegalArgumentException e) {
      throw ProblemException.notValid(sentence(e));
    }
  }

  private void record(Optional<User> before, User after, boolean password) {
    List<String> roles = before.map(User::roles).orElse(List.of());
    if (before.isEmpty()) {
      records.roles(AccessEventKind.USER_CREATED, after.name(), roles, after.roles());
      return;
    }
    if (!roles.equals(after.roles())) {
      records.roles(AccessEventKind.ROLES_CHANGED, after.name(), roles, after.roles());
    }
    if (password) {
      records.record(AccessEventKind.PASSWORD_CHANGED, after.name());
    }
  }

  /**
   * 412, with the user as it is now.
   *
   * @param wanted roles; null: the former ones
   */
  private Response meanwhile(String name, @Nullable List<String> wanted) {
    Optional<User> now = users.findNow(name);
    List<DirectoryChange> changes =
        wanted == null || wanted.equals(now.map(User::roles).orElse(null))
            ? List.of()
            : List.of(
                new DirectoryChange(
                    now.isPresent() ? DirectoryChange.CHANGED : DirectoryChange.ADDED,
                    "user/" + name,
                    List.of(
                        new DirectoryChange.Field(
                            "roles", now.map(User::roles).orElse(null), wanted))));
    Response.ResponseBuilder answer =
        ChangedMeanwhile.answer(true, null, changes, now.map(UsersResource::fields).orElse(null));
    now.ifPresent(user -> tagged(answer, user));
    return answer.build();
  }

  private static Map<String, Object> fields(User user) {
    return Map.of("name", user.name(), "roles", user.roles(), "changed", user.changed());
  }

  @DELETE
  @Path("/{name}")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Removes a user and revokes the user's tokens",
      description =
          "Needs If-Match with its ETag, and your own password as a change does. The last operator "
              + "cannot be removed.")
  @APIResponse(responseCode = "204", description = "Removed")
  @APIResponse(responseCode = "403", description = WRONG)
  @APIResponse(responseCode = "409", description = "No operator would be left")
  @APIResponse(responseCode = "412", description = "The user has been changed, see \"current\"")
  public Response remove(
      @PathParam("name") String name,
      @RequestBody(required = false) @Nullable Confirmation confirmation,
      @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch)
      throws IOException {
    caller.requireOperator();
    User user = existing(name);
    own.require(confirmation == null ? null : confirmation.current());
    Optional<String> seen = Precondition.expected(user.version(), ifMatch, null);
    if (seen.isEmpty()) {
      return meanwhile(name, null);
    }
    try {
      if (!users.remove(name, seen.get())) {
        throw notThere(name);
      }
      records.record(AccessEventKind.USER_REMOVED, name);
      return Response.noContent().build();
    } catch (ChangedUserException e) {
      return meanwhile(name, null);
    } catch (IllegalArgumentException e) {
      throw ProblemException.conflict(sentence(e));
    }
  }

  @DELETE
  @Path("/{name}/sessions")
  @Operation(
      summary = "Ends all sessions and tokens of a user",
      description = "Of a local user, or of the OpenID provider's: NAME of ISSUER, as in records.")
  @APIResponse(responseCode = "204", description = "Ended, in every service within two seconds")
  public Response endSessions(@PathParam("name") String name) throws IOException {
    caller.requireOperator();
    users.endSessions(name);
    records.record(AccessEventKind.SESSIONS_ENDED, name);
    return Response.noContent().build();
  }

  @DELETE
  @Path("/{name}/second-factor")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Removes the second factor of a user who has lost it",
      description =
          "Needs your own password as a change does. Revokes the user's tokens and sessions.")
  @APIResponse(responseCode = "204", description = "Removed")
  @APIResponse(responseCode = "403", description = WRONG)
  @APIResponse(
      responseCode = "409",
      description = "The user has none, or was changed at the same time")
  public Response removeSecondFactor(
      @PathParam("name") String name,
      @RequestBody(required = false) @Nullable Confirmation confirmation)
      throws IOException {
    caller.requireOperator();
    User user = existing(name);
    own.require(confirmation == null ? null : confirmation.current());
    try {
      if (!users.removeSecondFactor(user.name())) {
        throw ProblemException.conflict("The user " + name + " has no second factor.");
      }
    } catch (ChangedUserException e) {
      throw ProblemException.conflict("The user was changed at the same time: try again.");
    }
    records.record(AccessEventKind.SECOND_FACTOR_REMOVED, name);
    return Response.noContent().build();
  }

  private User existing(String name) {
    return users.findNow(name).orElseThrow(() -> notThere(name));
  }

  private static ProblemException notThere(String name) {
    return ProblemException.notFound("user " + name);
  }

  private static void checkRoles(List<String> roles) {
    if (roles.size() > MOST_ROLES || !roles.stream().allMatch(Rights::isRole)) {
      throw ProblemException.badRequest(
          "/roles",
          "one is not a role, or there are more than " + MOST_ROLES,
          "write operator, administrator:ORGANIZATION or auditor:ORGANIZATION (* for all)");
    }
  }

  private static void checkPassword(String name, @Nullable String password) {
    if (password == null) {
      return;
    }
    PasswordRules.fault(name, password)
        .ifPresent(
            fault -> {
              throw ProblemException.badRequest(
                  "/password", fault.problem(), fault.cure() + ", or none for a random one");
            });
  }

  private static String sentence(IllegalArgumentException e) {
    String text = String.valueOf(e.getMessage());
    return Character.toUpperCase(text.charAt(0)) + text.substring(1) + ".";
  }
}
