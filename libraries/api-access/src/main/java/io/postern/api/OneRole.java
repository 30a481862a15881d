package io.postern.api;

import io.postern.api.signin.Sessions;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.annotation.Priority;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.ext.Provider;

/**
 * Filter that refuses, with 403, users without any role, such as those whom an OpenID provider
 * knows for other programs. They may ask who they are, begin and end sessions, and change their own
 * password. Any thread; does not block.
 */
@Provider
@Priority(Priorities.AUTHORIZATION)
public class OneRole implements ContainerRequestFilter {
  private static final String ME = "/api/v1/me";

  /** A session may begin: each further call says what is missing. */
  private static final String TOKENS = "/api/v1/tokens";

  /** Of the console. */
  private static final String OWN_PAGES = "/access/own/";

  private static final String NO_ROLE =
      "The user has no role here: an operator can give one, see docs/guides/users.md.";

  private static final String NO_SECOND_FACTOR =
      "This installation demands a second factor of the user, who has no roles until then: set one"
          + " up in the console at /access/own/second-factor, and sign in again.";

  private final ResourceInfo resource;
  private final SecurityIdentity identity;

  OneRole(ResourceInfo resource, SecurityIdentity identity) {
    this.resource = resource;
    this.identity = identity;
  }

  @Override
  public void filter(ContainerRequestContext request) {
    String path = request.getUriInfo().getPath();
    if (!isPublic()
        && !path.equals(ME)
        && !path.equals(TOKENS)
        && !path.startsWith(ME + "/")
        && !path.startsWith(OWN_PAGES)
        && Rights.of(identity.getRoles()).isNone()) {
      throw ProblemException.forbidden(
          Sessions.lacksSecondFactor(identity) ? NO_SECOND_FACTOR : NO_ROLE);
    }
  }

  private boolean isPublic() {
    return resource.getResourceMethod().isAnnotationPresent(PermitAll.class)
        || resource.getResourceClass().isAnnotationPresent(PermitAll.class);
  }
}
