package io.postern.console.web.signin;

import io.postern.api.OwnRate;
import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.api.signin.CodeMissingException;
import io.postern.api.signin.PasswordCheck;
import io.postern.api.signin.PolicySessions;
import io.postern.api.signin.ProviderSessions;
import io.postern.api.signin.Tokens;
import io.postern.api.signin.TooManyAttemptsException;
import io.postern.api.signin.UnknownAccessException;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.PageAnswers;
import io.postern.console.web.frame.Preferences;
import io.postern.console.web.frame.SessionCookie;
import io.postern.console.web.frame.Words;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.security.AuthenticationFailedException;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpServerRequest;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.FormParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** Signing in and out of the console, and the reader's language and theme. */
@Page
@Path("/")
@PermitAll
@Produces(MediaType.TEXT_HTML)
public class SignInPage {
  private static final int SEE_OTHER = 303;

  // Of wrong passwords before: each waits 5 s at most.
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int TOO_MANY = 429;
  private static final int UNAVAILABLE = 503;

  // Of a sign-out: whether its session ended elsewhere, the reader is told after it.
  private static final Duration END_PATIENCE = Duration.ofSeconds(5);

  private static final String BEARER = "Bearer ";
  private static final String LEFT = "provider";

  /** The session was not ended in the other services. */
  private static final String STAYS = "stays";

  /** The session has ended with the reader's former password. */
  private static final String PASSWORD = "password";

  /** The same with a second factor that was set up, or removed. */
  private static final String FACTOR = "factor";

  private static final String NO_FACTOR = "no-factor";

  /** Of {@link PageAnswers}. */
  private static final String UNSENT_FORM = "form";

  private final Frames frames;
  private final SignInForm form;
  private final PasswordCheck passwords;
  private final PolicySessions sessions;
  private final ProviderSessions providerSessions;
  private final SignInLinks links;
  private final HttpServerRequest request;

  SignInPage(
      Frames frames,
      SignInForm form,
      PasswordCheck passwords,
      PolicySessions sessions,
      ProviderSessions providerSessions,
      SignInLinks links,
      HttpServerRequest request) {
    this.frames = frames;
    this.form = form;
    this.passwords = passwords;
    this.sessions = sessions;
    this.providerSessions = providerSessions;
    this.links = links;
    this.request = request;
  }

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance signInLink(Frame f, String code, String owner, boolean typed);
  }

  @GET
  @Path("sign-in")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String form(
      @QueryParam("next") @DefaultValue("/") String next,
      @QueryParam("left") @DefaultValue("") String left) {
    return switch (left) {
      case LEFT -> form.afterLeaving();
      case UNSENT_FORM -> form.afterUnsentForm();
      case STAYS -> form.afterUnfinishedSignOut();
      case PASSWORD -> form.afterChange("signin.changed");
      case FACTOR -> form.afterChange("signin.factor");
      case NO_FACTOR -> form.afterChange("signin.no-factor");
      default -> form.of(next);
    };
  }

  @POST
  @Path("sign-in")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response signIn(
      @FormParam("name") @DefaultValue("") String name,
      @FormParam("password") @DefaultValue("") String password,
      @FormParam("next") @DefaultValue("/") String next) {
    try {
      return signedIn(
          passwords.token(name, password, request.remoteAddress()).await().atMost(PATIENCE), next);
    } catch (AuthenticationFailedException e) {
      return switch (e.getCause()) {
        case null -> refused(Response.Status.OK.getStatusCode(), next, name, "signin.wrong");
        case CodeMissingException missing ->
            Response.ok(form.code(next, missing.passwordShown(), "")).build();
        case UnknownAccessException _ -> refused(UNAVAILABLE, next, name, "signin.unavailable");
        default -> refused(TOO_MANY, next, name, "signin.later");
      };
    }
  }

  /**
   * The second step, of a user with a second factor.
   *
   * @param shown stands for the password
   */
  @POST
  @Path("sign-in/second-factor")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response signInWithCode(
      @FormParam("shown") @DefaultValue("") String shown,
      @FormParam("code") @DefaultValue("") String code,
      @FormParam("next") @DefaultValue("/") String next) {
    try {
      return signedIn(
          sessions.byCode(shown, code, request.remoteAddress()).await().atMost(PATIENCE), next);
    } catch (AuthenticationFailedException e) {
      return switch (e.getCause()) {
        case TooManyAttemptsException _ ->
            Response.status(TOO_MANY).entity(form.code(next, shown, "signin.later")).build();
        case UnknownAccessException _ ->
            Response.status(UNAVAILABLE)
                .entity(form.code(next, shown, "signin.unavailable"))
                .build();
        case null, default -> Response.ok(form.code(next, shown, "signin.code-wrong")).build();
      };
    }
  }

  private Response refused(int status, String next, String name, String failure) {
    return Response.status(status).entity(form.withPasswordFailure(next, name, failure)).build();
  }

  /**
   * A mail program may open a link to look at it: a form's button uses it up. Script presses it for
   * whoever typed the address and is not signed in; another site's page could else sign its
   * visitors in as somebody else.
   */
  @GET
  @Path("sign-in/{code}")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String link(@PathParam("code") String code) {
    Frame frame = frames.of("signin.title");
    boolean typed = "none".equals(request.getHeader("Sec-Fetch-Site")) && !frame.isSignedIn();
    return Templates.signInLink(frame, code, links.owner(code).orElse(""), typed).render();
  }

  @POST
  @Path("sign-in/{code}")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response useLink(@PathParam("code") String code) {
    return links
        .token(code)
        .map(token -> signedIn(token, "/"))
        .orElseThrow(
            () ->
                new ProblemException(
                    Problem.of(
                        404,
                        "No such link",
                        "The link was used, or is older than ten minutes: sign in with the"
                            + " password, or start the installation's ./run again for a new"
                            + " link.")));
  }

  private Response signedIn(String token, String next) {
    return Response.status(SEE_OTHER)
        .header(HttpHeaders.LOCATION, PageAnswers.local(next))
        .cookie(SessionCookie.of(token, request.isSSL(), Tokens.LONGEST))
        .build();
  }

  @POST
  @OwnRate
  @Path("sign-out")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response signOut() {
    String authorization =
        Objects.requireNonNullElse(request.getHeader(HttpHeaders.AUTHORIZATION), "");
    boolean atProvider = providerSessions.shown(authorization) != ProviderSessions.Shown.NOTHING;
    String left = isEnded(authorization) ? atProvider ? "?left=" + LEFT : "" : "?left=" + STAYS;
    return Response.status(SEE_OTHER)
        .header(HttpHeaders.LOCATION, "/sign-in" + left)
        .cookie(SessionCookie.ended(request.isSSL()))
        .build();
  }

  /** A copy of the cookie is good for nothing then. */
  private boolean isEnded(String authorization) {
    if (!authorization.startsWith(BEARER)) {
      return true;
    }
    return sessions
        .end(authorization.substring(BEARER.length()), request.remoteAddress().hostAddress())
        .ifNoItem()
        .after(END_PATIENCE)
        .recoverWithItem(false)
        .await()
        .indefinitely();
  }

  @POST
  @Path("preferences")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response prefer(
      @FormParam("language") @DefaultValue("") String language,
      @FormParam("theme") @DefaultValue("") String theme,
      @FormParam("next") @DefaultValue("/") String next) {
    Response.ResponseBuilder answer =
        Response.status(SEE_OTHER).header(HttpHeaders.LOCATION, PageAnswers.local(next));
    if (Words.of(language).isPresent()) {
      answer.cookie(Preferences.cookie(Frames.LANGUAGE, language, request.isSSL()));
    }
    if (theme.matches("light|dark|auto")) {
      answer.cookie(Preferences.cookie(Frames.THEME, theme, request.isSSL()));
    }
    return answer.build();
  }
}
