package io.postern.api;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * Header fields of every answer of the port of API and pages, also of those that no resource gives:
 * {@code Strict-Transport-Security} over TLS (RFC 6797 §7), and {@code Cache-Control: no-store}
 * where the answer does not say how long it may be kept (RFC 9111 §5.2.2.5). Any thread; does not
 * block.
 */
@ApplicationScoped
class AnswerHeaders {
  private static final int FIRST = -200_000; // in front of all that answers
  private static final CharSequence HSTS = HttpHeaders.createOptimized("Strict-Transport-Security");
  private static final CharSequence TYPE_OPTIONS =
      HttpHeaders.createOptimized("X-Content-Type-Options");

  private final long maxAge;

  AnswerHeaders(ApiSettings settings) {
    maxAge = settings.hstsMaxAge().toSeconds();
  }

  void add(@Observes Router router) {
    router.route().order(FIRST).handler(this::protect);
  }

  private void protect(RoutingContext context) {
    context.addHeadersEndHandler(
        done -> {
          MultiMap headers = context.response().headers();
          if (!headers.contains(HttpHeaders.CACHE_CONTROL)) {
            headers.set(HttpHeaders.CACHE_CONTROL, "no-store");
          }
          headers.set(TYPE_OPTIONS, "nosniff");
          if (isHsts(context.request())) {
            headers.set(HSTS, "max-age=" + maxAge);
          }
        });
    context.next();
  }

  /**
   * A browser then uses TLS for every port of the host: on localhost those of other programs too.
   */
  private static boolean isHsts(HttpServerRequest request) {
    HostAndPort host = request.authority();
    return request.isSSL() && host != null && !host.host().equalsIgnoreCase("localhost");
  }
}
