package io.postern.policy.access;

import io.postern.api.ProblemException;
import io.postern.api.signin.ProviderSessions;
import io.postern.api.signin.ProviderSessions.RefusedException;
import io.postern.api.signin.Sessions;
import io.postern.api.signin.TokenSigner;
import io.postern.api.signin.Tokens;
import io.postern.contracts.v1.AccessEventKind;
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
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Tokens for users who have signed in with their password. */
@Path("/api/v1/tokens")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "access", description = "Access rights and sign-in")
public class TokensResource {
  private final SecurityIdentity identity;
  private final TokenSigner signer;
  private final ProviderSessions sessions;
  private final AccessRecords records;

  TokensResource(
      SecurityIdentity identity,
      TokenSigner signer,
      ProviderSessions sessions,
      AccessRecords records) {
    this.records = records;
    this.identity = identity;
    this.signer = signer;
    this.sessions = sessions;
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
          "It expires after its time, and when the user is changed or removed or the session is "
              + "ended. Needs a password, or a token of the OpenID provider, which lasts an hour at "
              + "most: other tokens cannot create tokens. A user with a second factor shows a code of "
              + "it in the header field Postern-Code; without one the answer 401 has, in "
              + "Postern-Password-Shown, a bearer token that stands for the password in a second "
              + "call with the code, for five minutes.")
  @Parameter(
      name = "Postern-Code",
      in = ParameterIn.HEADER,
      description = "Six digits of the caller's second factor",
      schema = @Schema(type = SchemaType.STRING))
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = TokenAnswer.class)))
  @APIResponse(
      responseCode = "422",
      description = "The provider's user has no role, or too many for a session")
  public TokenAnswer issue(
      @Parameter(description = "How long it lasts: 1 to 720")
          @QueryParam("minutes")
          @DefaultValue("720")
          int minutes) {
    if (minutes < 1 || minutes > Tokens.LONGEST.toMinutes()) {
      throw ProblemException.badRequest(
          "minutes", "it is " + minutes, "write 1 to " + Tokens.LONGEST.toMinutes());
    }
    Instant end = Instant.now().plus(Duration.ofMinutes(minutes)).truncatedTo(ChronoUnit.SECONDS);
    if (ProviderSessions.isByProvider(identity)) {
      return ofProvider();
    }
    String version =
        Sessions.byPassword(identity)
            .orElseThrow(() -> ProblemException.forbidden("A token needs a name and a password."));
    String name = identity.getPrincipal().getName();
    records.record(AccessEventKind.TOKEN_ISSUED, name, "", "password");
    return new TokenAnswer(signer.token(name, version, end), end.toString());
  }

  private TokenAnswer ofProvider() {
    try {
      Instant end = ProviderSessions.end(identity, Instant.now());
      String token = sessions.begin(identity, signer);
      String name = identity.getPrincipal().getName();
      records.record(AccessEventKind.TOKEN_ISSUED, name, "", "OpenID provider");
      return new TokenAnswer(token, end.toString());
    } catch (RefusedException e) {
      throw ProblemException.notValid(
          "The provider's user cannot have a session: "
              + switch (e.refusal()) {
                case NO_ROLE -> "the token has no role.";
                case TOO_MANY_ROLES -> "the token has too many roles.";
                case TOO_SHORT -> "the token expires within a minute.";
              });
    }
  }
}
