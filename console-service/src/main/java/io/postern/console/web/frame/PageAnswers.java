package io.postern.console.web.frame;

import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.api.signin.ProviderSessions;
import io.postern.api.signin.Sessions;
import io.postern.console.signin.OpenIdProvider;
import io.postern.console.web.peers.RequestCalls;
import io.quarkus.security.identity.SecurityIdentity;
import io.vertx.core.http.HttpServerRequest;
import jakarta.annotation.Priority;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;
import java.util.Set;

/**
 * The answers of pages: problems as pages, the way to the sign-in, and the header fields by which a
 * browser runs nothing that is not ours. Any thread.
 */
@Page
@Provider
@Priority(PageAnswers.BEFORE_UNKNOWN_PAGES)
public class PageAnswers implements ContainerResponseFilter {
  /** No script, style, form or frame of anybody else, and none within the page's text. */
  public static final String POLICY =
      "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
          + " object-src 'none'";

  /**
   * Filters of answers run in descending order. {@link UnknownPages} would put its own words in
   * place of a page's problem.
   */
  static final int BEFORE_UNKNOWN_PAGES = Priorities.USER + 100;

  private static final Set<String> READING = Set.of("GET", "HEAD");
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int SEE_OTHER = 303;
  private static final int NO_CONTENT = 204;
  private static final int FIRST_FAILURE = 400;

  private static final String UNSENT_FORM = "/sign-in?left=form";

  private final Frames frames;
  private final HttpServerRequest server;
  private final ProviderSessions sessions;
  private final OpenIdProvider provider;
  private final RequestCalls calls;
  private final SecurityIdentity identity;

  PageAnswers(
      Frames frames,
      HttpServerRequest server,
      ProviderSessions sessions,
      OpenIdProvider provider,
      RequestCalls calls,
      SecurityIdentity identity) {
    this.frames = frames;
    this.server = server;
    this.sessions = sessions;
    this.provider = provider;
    this.calls = calls;
    this.identity = identity;
  }

  /** After a change a browser reads another page, and repeats nothing when it is reloaded. */
  public static Response see(String path) {
    return Response.status(SEE_OTHER).header(HttpHeaders.LOCATION, path).build();
  }

  @Override
  public void filter(ContainerRequestContext request, ContainerResponseContext response) {
    MultivaluedMap<String, Object> headers = response.getHeaders();
    protect(headers);
    if (request.getHeaderString("HX-Request") != null && response.getStatus() >= FIRST_FAILURE) {
      // A part of a page that renews itself: it stays as it is, and is asked for again.
      if (response.getStatus() == UNAUTHORIZED) {
        headers.putSingle("HX-Refresh", "true");
      }
      headers.remove(HttpHeaders.WWW_AUTHENTICATE);
      response.setEntity(null);
      response.setStatus(NO_CONTENT);
    } else if (response.getStatus() == UNAUTHORIZED) {
      signIn(request, response);
    } else if (response.getStatus() == FORBIDDEN
        && request.getMethod().equals("GET")
        && Sessions.lacksSecondFactor(identity)) {
      response.setStatus(SEE_OTHER);
      response.setEntity(null);
      response.getHeaders().putSingle(HttpHeaders.LOCATION, "/access/own/second-factor");
    } else if (calls.calls().isWantedAsJson()) {
      asJson(response);
    } else if (response.getEntity() instanceof Problem problem) {
      response.setEntity(
          ProblemPage.of(frames.of("problem.title"), problem),
          null,
          MediaType.TEXT_HTML_TYPE.withCharset("utf-8"));
    }
  }

  /** What a browser may load, guess, tell and keep of an answer. */
  static void protect(MultivaluedMap<String, Object> headers) {
    headers.putSingle("Content-Security-Policy", POLICY);
    headers.putSingle("X-Content-Type-Options", "nosniff");
    headers.putSingle("Referrer-Policy", "same-origin");
    headers.putSingle("Cross-Origin-Opener-Policy", "same-origin");
    headers.putSingle(HttpHeaders.CACHE_CONTROL, "no-store");
  }

  /** A problem is JSON by itself. */
  private void asJson(ContainerResponseContext response) {
    response.getHeaders().putSingle("Cross-Origin-Resource-Policy", "same-origin");
    if (response.getStatus() != Response.Status.OK.getStatusCode()) {
      return;
    }
    String own = frames.made().map(Frame::ownJson).orElse("");
    if (!own.isEmpty()) {
      response.setEntity(null);
      response.setStatus(SEE_OTHER);
      response.getHeaders().putSingle(HttpHeaders.LOCATION, own);
      return;
    }
    try {
      response.setEntity(calls.calls().json(), null, MediaType.APPLICATION_JSON_TYPE);
    } catch (ProblemException e) {
      response.setStatus(e.problem().status());
      response.setEntity(e.problem(), null, MediaType.valueOf(Problem.MEDIA_TYPE));
    }
  }

  private void signIn(ContainerRequestContext request, ContainerResponseContext response) {
    response.setStatus(SEE_OTHER);
    response.setEntity(null);
    response.getHeaders().remove(HttpHeaders.WWW_AUTHENTICATE);
    response.getHeaders().remove(HttpHeaders.CONTENT_TYPE);
    response.getHeaders().putSingle(HttpHeaders.LOCATION, way(request));
    response.getHeaders().add(HttpHeaders.SET_COOKIE, SessionCookie.ended(server.isSSL()));
  }

  /**
   * Whose session has ended by its time asks the provider anew, which often asks nothing. A form
   * stays on this site: browsers hold its redirections to the policy's form-action.
   */
  private String way(ContainerRequestContext request) {
    if (!READING.contains(request.getMethod())) {
      return UNSENT_FORM;
    }
    boolean ended =
        sessions.shown(server.getHeader(HttpHeaders.AUTHORIZATION))
            == ProviderSessions.Shown.ENDED_SESSION;
    return QueryPath.to(ended && provider.isThere() ? "/sign-in/provider" : "/sign-in")
        .with("next", NextPath.of(request.getUriInfo().getRequestUri()))
        .toString();
  }

  /** A path of this site: nobody is led elsewhere by a link that was made for it. */
  public static String local(String next) {
    return next.matches("/(?![/\\\\])[\\x21-\\x7e]*") ? next : "/";
  }
}
