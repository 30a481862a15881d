package io.postern.policy.api;

import io.postern.api.Caller;
import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.api.Rights;
import io.postern.api.users.User;
import io.postern.api.users.Users;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * The API of the local users, for operators (docs/users.md). A change is in force in every service
 * within two seconds; the user's tokens end with it.
 */
@Path("/api/v1/users")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "users", description = "Local users and their roles")
public class UsersResource {
  private static final int LEAST_PASSWORD = 12;
  private static final int MOST_PASSWORD = 200;
  private static final int MOST_ROLES = 1_000;

  private final Users users;
  private final Caller caller;

  UsersResource(Users users, Caller caller) {
    this.users = users;
    this.caller = caller;
  }

  /**
   * @param roles operator, administrator:ORGANIZATION, auditor:ORGANIZATION; * for all
   *     organizations
   * @param changed RFC 3339
   * @param generated its password is the one of the credentials file
   */
  public record UserView(String name, List<String> roles, String changed, boolean generated) {
    static UserView of(User user) {
      return new UserView(user.name(), user.roles(), user.changed(), user.generated());
    }
  }

  /**
   * @param roles null: the former ones stay
   * @param password 12 to 200 characters; null: the former one stays, and a new user gets a random
   *     one
   */
  public record UserRequest(@Nullable List<String> roles, @Nullable String password) {}

  /**
   * @param password of a new user for whom none was given: shown this once
   */
  public record UserAnswer(UserView user, @Nullable String password) {}

  @GET
  @RunOnVirtualThread
  @Operation(summary = "All local users, by name")
  public List<UserView> all() {
    caller.requireOperator();
    return users.all().stream().map(UserView::of).toList();
  }

  @GET
  @Path("/{name}")
  @RunOnVirtualThread
  @Operation(summary = "One user")
  @APIResponse(responseCode = "200")
  @APIResponse(
      responseCode = "404",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  public UserView one(@PathParam("name") String name) {
    caller.requireOperator();
    return UserView.of(existing(name));
  }

  @PUT
  @Path("/{name}")
  @Consumes(MediaType.APPLICATION_JSON)
  @RunOnVirtualThread
  @Operation(
      summary = "Makes a user, or changes roles or password of one",
      description = "The user's tokens and remembered passwords end.")
  @APIResponse(
      responseCode = "200",
      description = "Changed",
      content = @Content(schema = @Schema(implementation = UserAnswer.class)))
  @APIResponse(
      responseCode = "201",
      description = "Made",
      content = @Content(schema = @Schema(implementation = UserAnswer.class)))
  @APIResponse(
      responseCode = "422",
      description = "A role or the password is not as it must be, or no operator would be left",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  public Response put(@PathParam("name") String name, @Nullable UserRequest request)
      throws IOException {
    caller.requireOperator();
    boolean isNew = users.find(name).isEmpty();
    List<String> roles = request == null ? null : request.roles();
    if (roles == null) {
      roles = isNew ? List.of() : existing(name).roles();
    }
    checkRoles(roles);
    String given = request == null ? null : request.password();
    checkPassword(given);
    String made = isNew && given == null ? Users.randomPassword() : null;
    try {
      User user = users.put(name, roles, made != null ? made : given);
      return Response.status(isNew ? 201 : 200)
          .entity(new UserAnswer(UserView.of(user), made))
          .build();
    } catch (IllegalArgumentException e) {
      throw ProblemException.notValid(sentence(e));
    }
  }

  @DELETE
  @Path("/{name}")
  @RunOnVirtualThread
  @Operation(summary = "Removes a user, whose tokens end", description = "The last operator stays.")
  @APIResponse(responseCode = "204", description = "Removed")
  @APIResponse(
      responseCode = "404",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  @APIResponse(
      responseCode = "409",
      description = "No operator would be left",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  public void remove(@PathParam("name") String name) throws IOException {
    caller.requireOperator();
    try {
      if (!users.remove(name)) {
        throw ProblemException.notFound("user " + name);
      }
    } catch (IllegalArgumentException e) {
      throw ProblemException.conflict(sentence(e));
    }
  }

  private User existing(String name) {
    return users.find(name).orElseThrow(() -> ProblemException.notFound("user " + name));
  }

  private static void checkRoles(List<String> roles) {
    if (roles.size() > MOST_ROLES || !roles.stream().allMatch(Rights::isRole)) {
      throw ProblemException.badRequest(
          "/roles",
          "one is no role, or there are more than " + MOST_ROLES,
          "write operator, administrator:ORGANIZATION or auditor:ORGANIZATION (* for all)");
    }
  }

  private static void checkPassword(@Nullable String password) {
    if (password != null
        && (password.length() < LEAST_PASSWORD || password.length() > MOST_PASSWORD)) {
      throw ProblemException.badRequest(
          "/password",
          "it has " + password.length() + " characters",
          "write " + LEAST_PASSWORD + " to " + MOST_PASSWORD + ", or none for a random one");
    }
  }

  private static String sentence(IllegalArgumentException e) {
    String text = String.valueOf(e.getMessage());
    return Character.toUpperCase(text.charAt(0)) + text.substring(1) + ".";
  }
}
