package io.postern.console.web.frame;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.api.Problem;
import io.quarkus.arc.Arc;
import io.quarkus.arc.ManagedContext;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
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

  private final Frames frames;
  private final CurrentVertxRequest current;
  private final ObjectMapper json;

  FormBounds(Frames frames, CurrentVertxRequest current, ObjectMapper json) {
    this.frames = frames;
    this.current = current;
    this.json = json;
  }

  void add(@Observes Filters filters) {
    filters.register(this::check, EARLY);
  }

  private void check(RoutingContext context) {
    String length = context.request().getHeader(HttpHeaders.CONTENT_LENGTH);
    if (length != null
        && length.matches("\\d{1,18}")
        && Long.parseLong(length) > MOST_BYTES
        && !TAKE_FILES.contains(context.normalizedPath())) {
      if (context.request().version() != HttpVersion.HTTP_2) { // whose streams end by themselves
        context.response().putHeader(HttpHeaders.CONNECTION, "close"); // nobody reads the body
      }
      refuse(context);
    } else {
      context.next();
    }
  }

  private void refuse(RoutingContext context) {
    HttpServerResponse response = context.response().setStatusCode(TOO_LARGE);
    String accepted = context.request().getHeader(HttpHeaders.ACCEPT);
    if (accepted == null
        || !accepted.contains(MediaType.TEXT_HTML)
        || context.normalizedPath().startsWith("/api/")) {
      response.putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE).end(problem());
      return;
    }
    MultivaluedMap<String, Object> headers = new MultivaluedHashMap<>();
    PageAnswers.protect(headers);
    headers.forEach((name, values) -> response.putHeader(name, values.getFirst().toString()));
    response.putHeader(HttpHeaders.CONTENT_TYPE, "text/html;charset=utf-8").end(page(context));
  }

  private String problem() {
    try {
      return json.writeValueAsString(
          Problem.of(TOO_LARGE, "Too large", "The body has more than 1 MiB: send less."));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** In front of REST there is no request's context yet, in which the frame looks at cookies. */
  private String page(RoutingContext context) {
    ManagedContext request = Arc.container().requestContext();
    request.activate();
    try {
      current.setCurrent(context);
      Frame frame = frames.of("problem.title");
      return ProblemPage.of(
          frame, Problem.of(TOO_LARGE, frame.t("problem.large.title"), frame.t("problem.large")));
    } finally {
      request.terminate();
    }
  }
}
