package io.postern.console.web.frame;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Set;

/**
 * A body has 1 MiB at most, but for the forms that take a file: those have what the service's
 * settings allow. Any thread; does not block.
 */
@Singleton
public class FormBounds {
  private static final Set<String> TAKE_FILES = Set.of("/partners/import", "/what-ifs/file");
  private static final long MOST_BYTES = 1 << 20;
  private static final int TOO_LARGE = 413;
  private static final int EARLY = 9_000;

  void add(@Observes Filters filters) {
    filters.register(FormBounds::check, EARLY);
  }

  private static void check(RoutingContext context) {
    String length = context.request().getHeader(HttpHeaders.CONTENT_LENGTH);
    if (length != null
        && length.matches("\\d{1,18}")
        && Long.parseLong(length) > MOST_BYTES
        && !TAKE_FILES.contains(context.normalizedPath())) {
      context.response().putHeader(HttpHeaders.CONNECTION, "close"); // nobody reads the body
      context.fail(TOO_LARGE);
    } else {
      context.next();
    }
  }
}
