package io.postern.api.problems;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.api.Problem;
import io.quarkus.runtime.configuration.MemorySize;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The answers that are given in front of REST: a path that nobody has, a body that is too large.
 */
@ApplicationScoped
class UnknownPaths {
  private static final int FIRST = -100_000; // in front of Quarkus' own check, which says nothing

  private final ObjectMapper json;
  private final long mostBytes;

  UnknownPaths(
      ObjectMapper json,
      @ConfigProperty(name = "quarkus.http.limits.max-body-size", defaultValue = "10M")
          MemorySize mostBytes) {
    this.json = json;
    this.mostBytes = mostBytes.asLongValue();
  }

  void add(@Observes Router router) {
    for (int status : new int[] {404, 405, 413}) {
      router.errorHandler(status, context -> answer(context, status));
    }
    router.route("/api/*").order(FIRST).handler(this::checkLength);
    router.route("/api/*").order(Integer.MAX_VALUE).handler(context -> answer(context, 404));
  }

  private void checkLength(RoutingContext context) {
    String length = context.request().getHeader(HttpHeaders.CONTENT_LENGTH);
    if (length != null && length.matches("\\d{1,18}") && Long.parseLong(length) > mostBytes) {
      if (context.request().version() != HttpVersion.HTTP_2) { // whose streams end by themselves
        context.response().putHeader(HttpHeaders.CONNECTION, "close"); // nobody reads the body
      }
      answer(context, 413);
    } else {
      context.next();
    }
  }

  private void answer(RoutingContext context, int status) {
    if (context.response().ended()) {
      return;
    }
    try {
      context
          .response()
          .setStatusCode(status)
          .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
          .end(json.writeValueAsString(problem(status)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Of a request that no resource has seen. */
  static Problem problem(int status) {
    return switch (status) {
      case 404 -> Problem.of(404, "Not found", "No resource at this path, see /q/openapi.");
      case 405 -> Problem.of(405, "Method not allowed", "The path does not support this method.");
      case 406 -> Problem.of(406, "Not acceptable", "No response has the type that Accept names.");
      case 413 -> Problem.of(413, "Too large", "The body is larger than this service accepts.");
      case 415 ->
          Problem.of(415, "Media type", "This path does not accept the Content-Type of the body.");
      default ->
          status >= 500
              ? Problem.of(status, "Internal error", "See the log of the service for the cause.")
              : Problem.of(status, "Bad request", "A parameter or the body cannot be read.");
    };
  }
}
