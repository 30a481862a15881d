package io.postern.console.web.signin;

import io.postern.api.ProblemException;
import io.postern.api.signin.PolicySessions;
import io.postern.api.signin.Sessions;
import io.quarkus.security.Authenticated;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The API of links by which a browser signs in without a password. */
@Path("/api/v1/sign-in-links")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "access")
public class SignInLinksResource {
  private final SignInLinks links;
  private final SecurityIdentity identity;
  private final PolicySessions sessions;
  private final HttpServerRequest request;

  SignInLinksResource(
      SignInLinks links,
      SecurityIdentity identity,
      PolicySessions sessions,
      HttpServerRequest request) {
    this.links = links;
    this.identity = identity;
    this.sessions = sessions;
    this.request = request;
  }

  /**
   * @param path of this service, for a browser
   * @param ends RFC 3339
   */
  public record SignInLink(String path, String ends) {}

  @POST
  @RunOnVirtualThread
  @Operation(
      summary = "Creates a link that signs a browser in as you, once",
      description =
          "For a local user; it expires after ten minutes, and is valid at this replica. Needs a "
              + "password: a token cannot create tokens.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = SignInLink.class)))
  public SignInLink make() {
    if (Sessions.byPassword(identity).isEmpty()) {
      throw ProblemException.forbidden("A link needs a name and a password.");
    }
    String token =
        sessions
            .begin(
                request.getHeader(HttpHeaders.AUTHORIZATION), request.remoteAddress().hostAddress())
            .await()
            .indefinitely();
    return new SignInLink(
        "/sign-in/" + links.code(identity.getPrincipal().getName(), token),
        Instant.now().plus(SignInLinks.LASTS).truncatedTo(ChronoUnit.SECONDS).toString());
  }
}
