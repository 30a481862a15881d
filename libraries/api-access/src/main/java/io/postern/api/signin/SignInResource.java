package io.postern.api.signin;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.postern.api.ApiSettings;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The ways to sign in, for a program that has no token yet. Public; holds nothing secret. */
@Path("/api/v1/sign-in")
@PermitAll
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "access")
public class SignInResource {
  private final Ways ways;

  SignInResource(ApiSettings settings) {
    ApiSettings.Oidc oidc = settings.oidc();
    ways =
        new Ways(
            true,
            oidc.issuer()
                .flatMap(
                    issuer ->
                        oidc.deviceClientId()
                            .map(
                                client ->
                                    new DeviceProvider(
                                        issuer.toString(), client, oidc.deviceScopes())))
                .orElse(null));
  }

  /**
   * @param password local users have passwords, for which POST /api/v1/tokens gives a token
   * @param provider whose device flow (RFC 8628) gives a token; absent: none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Ways(boolean password, @Nullable DeviceProvider provider) {}

  /**
   * @param issuer below which the provider's discovery document is
   * @param clientId of a public client
   * @param scopes with blanks between them
   */
  public record DeviceProvider(String issuer, String clientId, String scopes) {}

  @GET
  @Operation(
      summary = "How to sign in",
      description = "Needs no credentials. A program that signs in reads this first.")
  public Ways ways() {
    return ways;
  }
}
