package io.postern.api.audit;

import io.postern.api.signin.Network;
import io.postern.contracts.v1.AccessEventKind;
import io.quarkus.security.identity.SecurityIdentity;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.ext.Provider;
import org.jspecify.annotations.Nullable;

/** Filter that counts calls beyond the rights of their caller (403), by the path's pattern. */
@Provider
public class RefusedRights implements ContainerResponseFilter {
  private static final int FORBIDDEN = 403;

  private final AccessAudit audit;
  private final ResourceInfo resource;
  private final SecurityIdentity identity;
  private final HttpServerRequest request;

  RefusedRights(
      AccessAudit audit,
      ResourceInfo resource,
      SecurityIdentity identity,
      HttpServerRequest request) {
    this.audit = audit;
    this.resource = resource;
    this.identity = identity;
    this.request = request;
  }

  @Override
  public void filter(ContainerRequestContext asked, ContainerResponseContext answer) {
    if (answer.getStatus() != FORBIDDEN
        || resource.getResourceMethod() == null
        || identity.isAnonymous()) {
      return;
    }
    audit.refused(
        AccessEventKind.RIGHTS_REFUSED,
        identity.getPrincipal().getName(),
        Network.of(request.remoteAddress()),
        asked.getMethod()
            + " "
            + path(resource.getResourceClass().getAnnotation(Path.class))
            + path(resource.getResourceMethod().getAnnotation(Path.class)));
  }

  private static String path(@Nullable Path path) {
    return path == null ? "" : path.value();
  }
}
