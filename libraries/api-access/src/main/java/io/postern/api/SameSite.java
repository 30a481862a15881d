package io.postern.api;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Filter that refuses, with 403, changes that a page of another site requests by a browser: the
 * browser adds the administrator's credentials by itself (RFC 7617 §2.2) for any page. It names a
 * request's origin by Origin (RFC 6454 §7) and Sec-Fetch-Site (W3C Fetch Metadata); programs send
 * neither and pass. A reading request passes: another site cannot see the answer. Any thread; does
 * not block.
 */
@Provider
@PreMatching
public class SameSite implements ContainerRequestFilter {
  private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");
  private static final Set<String> OWN_SITES = Set.of("same-origin", "none");

  @Override
  public void filter(ContainerRequestContext request) {
    if (READING.contains(request.getMethod())) {
      return;
    }
    String site = request.getHeaderString("Sec-Fetch-Site");
    String origin = request.getHeaderString("Origin");
    String host = request.getHeaderString("Host");
    String here = host != null ? host : request.getUriInfo().getRequestUri().getAuthority();
    if (site != null && !OWN_SITES.contains(site) || origin != null && !isOf(origin, here)) {
      request.abortWith(
          Response.status(Response.Status.FORBIDDEN)
              .type(Problem.MEDIA_TYPE)
              .entity(
                  Problem.of(
                      403,
                      "Not allowed",
                      "A page of another site may not change anything here: send the request from "
                          + "a program or from this address, without a foreign Origin or "
                          + "Sec-Fetch-Site"))
              .build());
    }
  }

  /** By host and port: in front of the service a proxy may have ended TLS. */
  private static boolean isOf(String origin, @Nullable String here) {
    int host = origin.indexOf("://");
    return here != null
        && host > 0
        && origin
            .substring(host + 3)
            .toLowerCase(Locale.ROOT)
            .equals(here.toLowerCase(Locale.ROOT));
  }
}
