package io.postern.api.signin;

import io.postern.api.ProblemException;
import io.postern.api.users.User;
import io.postern.api.users.Users;
import io.quarkus.security.Authenticated;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Tokens for users who have signed in with their password. */
@Path("/api/v1/tokens")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "access", description = "Access rights and sign-in")
public class TokensResource {
  private final SecurityIdentity identity;
  private final Users users;
  private final Tokens tokens;

  TokensResource(SecurityIdentity identity, Users users, Tokens tokens) {
    this.identity = identity;
    this.users = users;
    this.tokens = tokens;
  }

  /**
   * @param token for {@code Authorization: Bearer}
   * @param ends RFC 3339
   */
  public record TokenAnswer(String token, String ends) {}

  @POST
  @RunOnVirtualThread
  @Operation(
      summary = "Creates a token to use instead of the password, for all services",
      description =
          "It expires after its time, and when the user is changed or removed. Needs a password: a "
              + "token cannot create tokens.")
  public TokenAnswer issue(
      @Parameter(description = "How long it lasts: 1 to 720")
          @QueryParam("minutes")
          @DefaultValue("720")
          int minutes) {
    if (minutes < 1 || minutes > Tokens.LONGEST.toMinutes()) {
      throw ProblemException.badRequest(
          "minutes", "it is " + minutes, "write 1 to " + Tokens.LONGEST.toMinutes());
    }
    if (!Sessions.isByPassword(identity)) {
      throw ProblemException.forbidden("A token needs a name and a password.");
    }
    String name = identity.getPrincipal().getName();
    User user = users.find(name).orElseThrow(() -> ProblemException.notFound("user " + name));
    Instant end = Instant.now().plus(Duration.ofMinutes(minutes)).truncatedTo(ChronoUnit.SECONDS);
    return new TokenAnswer(tokens.issue(user, end), end.toString());
  }
}
