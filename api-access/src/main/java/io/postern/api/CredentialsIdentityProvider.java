package io.postern.api;

import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.IdentityProvider;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.UsernamePasswordAuthenticationRequest;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Check of HTTP Basic credentials (RFC 7617) against the file's. Any thread; does not block. The
 * file is read, or made, at start.
 */
@Startup
@ApplicationScoped
class CredentialsIdentityProvider
    implements IdentityProvider<UsernamePasswordAuthenticationRequest> {
  private final Credentials credentials;

  CredentialsIdentityProvider(ApiSettings settings) {
    try {
      credentials = Credentials.at(settings.credentialsFile());
    } catch (IllegalStateException e) {
      // Without the cause: Quarkus then shows the sentence alone and exits with 1.
      throw new ConfigurationException(e.getMessage());
    }
  }

  @Override
  public Class<UsernamePasswordAuthenticationRequest> getRequestType() {
    return UsernamePasswordAuthenticationRequest.class;
  }

  @Override
  public Uni<SecurityIdentity> authenticate(
      UsernamePasswordAuthenticationRequest request, AuthenticationRequestContext context) {
    String password = new String(request.getPassword().getPassword());
    if (!credentials.match(request.getUsername(), password)) {
      return Uni.createFrom().failure(new AuthenticationFailedException());
    }
    return Uni.createFrom()
        .item(
            QuarkusSecurityIdentity.builder()
                .setPrincipal(new QuarkusPrincipal(credentials.user()))
                .build());
  }
}
