package io.postern.console.web.frame;

import io.postern.api.Problem;
import io.postern.console.web.peers.RequestCalls;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.ext.Provider;

/**
 * A problem of a path that no page has, as a page for a browser. It says the same to everybody,
 * signed in or not. Any thread.
 */
@Provider
public class UnknownPages implements ContainerResponseFilter {
  private static final int NOT_FOUND = 404;

  private final Frames frames;
  private final RequestCalls calls;

  UnknownPages(Frames frames, RequestCalls calls) {
    this.frames = frames;
    this.calls = calls;
  }

  @Override
  public void filter(ContainerRequestContext request, ContainerResponseContext response) {
    if (response.getEntity() instanceof Problem problem
        && !request.getUriInfo().getPath().startsWith("/api/")
        && !calls.calls().isWantedAsJson()
        && request.getAcceptableMediaTypes().contains(MediaType.TEXT_HTML_TYPE)) {
      PageAnswers.protect(response.getHeaders());
      Frame frame = frames.of("problem.title");
      response.setEntity(
          ProblemPage.of(frame, problem.status() == NOT_FOUND ? unknown(frame) : problem),
          null,
          MediaType.TEXT_HTML_TYPE.withCharset("utf-8"));
    }
  }

  private static Problem unknown(Frame f) {
    return Problem.of(NOT_FOUND, f.t("problem.unknown.title"), f.t("problem.unknown"));
  }
}
