package io.postern.console.web.signin;

import io.postern.api.ProblemException;
import io.postern.api.signin.Network;
import io.postern.api.signin.PendingSignIn;
import io.postern.api.signin.PolicySessions;
import io.postern.api.signin.ProviderSessions;
import io.postern.api.signin.SignInFailures;
import io.postern.api.signin.Tokens;
import io.postern.api.signin.UnknownAccessException;
import io.postern.console.signin.OpenIdProvider;
import io.postern.console.signin.ProviderException;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.PageAnswers;
import io.postern.console.web.frame.SessionCookie;
import io.quarkus.oidc.OIDCException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.TimeoutException;
import io.vertx.core.http.HttpServerRequest;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.eclipse.microprofile.openapi.annotations.Operation;

/**
 * Signing in at the OpenID provider, by which the browser is led there and back. Links begin it and
 * no form: a browser follows no form to another site here ({@link PageAnswers#POLICY}).
 */
@Page
@Path("/sign-in/provider")
@PermitAll
@Produces(MediaType.TEXT_HTML)
public class ProviderSignInPage {
  /** Below this service; the provider must know it (docs/guides/users.md). */
  static final String ANSWER = "/sign-in/provider/answer";

  private static final int SEE_OTHER = 303;
  private static final int MOST_CODE = 8_192;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** RFC 6749 §4.1.2.1; another word is a stranger's. */
  private static final Set<String> ERRORS =
      Set.of(
          "invalid_request",
          "unauthorized_client",
          "unsupported_response_type",
          "invalid_scope",
          "server_error",
          "temporarily_unavailable");

  private final SignInForm form;
  private final OpenIdProvider provider;
  private final ProviderSessions sessions;
  private final PolicySessions policy;
  private final PendingCookie pending;
  private final SignInFailures failures;
  private final HttpServerRequest request;
  private final CurrentVertxRequest current;

  ProviderSignInPage(
      SignInForm form,
      OpenIdProvider provider,
      ProviderSessions sessions,
      PolicySessions policy,
      PendingCookie pending,
      SignInFailures failures,
      HttpServerRequest request,
      CurrentVertxRequest current) {
    this.form = form;
    this.provider = provider;
    this.sessions = sessions;
    this.policy = policy;
    this.pending = pending;
    this.failures = failures;
    this.request = request;
    this.current = current;
  }

  @GET
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response begin(@QueryParam("next") @DefaultValue("/") String next) {
    requireProvider();
    PendingSignIn signIn = PendingSignIn.begin(PageAnswers.local(next));
    try {
      Response.ResponseBuilder answer =
          leadTo(provider.authorization(signIn, redirect(), network()));
      pending.tooMany().forEach(answer::cookie);
      return answer.cookie(pending.of(signIn)).build();
    } catch (ProviderException e) {
      return failed(signIn.next(), e).build();
    }
  }

  /** The provider's answer, by the browser (RFC 6749 §4.1.2). */
  @GET
  @Path("answer")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response answer(
      @QueryParam("state") @DefaultValue("") String state,
      @QueryParam("code") @DefaultValue("") String code,
      @QueryParam("error") @DefaultValue("") String error,
      @QueryParam("iss") @DefaultValue("") String issuer) {
    requireProvider();
    Optional<PendingSignIn> began = pending.find(state);
    if (began.isEmpty()) {
      return failed("/", ProviderFailure.ENDED).build();
    }
    PendingSignIn signIn = began.get();
    return answered(signIn, code, error, issuer).cookie(pending.ended(state)).build();
  }

  private Response.ResponseBuilder answered(
      PendingSignIn signIn, String code, String error, String issuer) {
    try {
      if (!provider.isIssuer(issuer, network())) {
        failures.log(SignInFailures.Kind.OTHER_ISSUER, "");
        return failed(signIn.next(), ProviderFailure.UNEXPECTED);
      }
      if (error.equals("access_denied")) {
        return failed(signIn.next(), ProviderFailure.DENIED);
      }
      if (!error.isEmpty() || code.isEmpty() || code.length() > MOST_CODE) {
        failures.log(SignInFailures.Kind.NO_CODE, ERRORS.contains(error) ? error : "");
        return failed(signIn.next(), ProviderFailure.UNEXPECTED);
      }
      String accessToken = provider.accessToken(code, signIn, redirect(), network());
      SecurityIdentity user =
          sessions.judged(accessToken, current.getCurrent()).await().atMost(PATIENCE);
      return Response.status(SEE_OTHER)
          .header(HttpHeaders.LOCATION, signIn.next())
          .cookie(SessionCookie.of(session(user, accessToken), request.isSSL(), Tokens.LONGEST));
    } catch (ProviderException e) {
      return failed(signIn.next(), e);
    } catch (AuthenticationFailedException e) {
      if (e.getCause() instanceof UnknownAccessException) {
        return failed(signIn.next(), ProviderFailure.NO_POLICY);
      }
      failures.log(e);
      return failed(signIn.next(), ProviderFailure.TOKEN);
    } catch (OIDCException | TimeoutException e) {
      failures.log(SignInFailures.Kind.SILENT, "its keys are not available");
      return failed(signIn.next(), ProviderFailure.SILENT);
    } catch (ProviderSessions.RefusedException e) {
      return failed(signIn.next(), ProviderFailure.of(e.refusal()));
    }
  }

  /** The session's token, which policy-service signs for the same access token. */
  private String session(SecurityIdentity user, String accessToken)
      throws ProviderSessions.RefusedException {
    var unused = ProviderSessions.end(user, Instant.now()); // refused here, with its own sentence
    try {
      return policy
          .byProvider(accessToken, request.remoteAddress().hostAddress())
          .await()
          .atMost(PATIENCE);
    } catch (CompletionException e) {
      if (e.getCause() instanceof ProviderSessions.RefusedException refused) {
        throw refused;
      }
      throw e;
    }
  }

  @GET
  @Path("sign-out")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response signOut() {
    requireProvider();
    try {
      return provider
          .signOut(network())
          .map(ProviderSignInPage::leadTo)
          .orElseGet(() -> failed("/", ProviderFailure.STAYS))
          .build();
    } catch (ProviderException e) {
      return failed("/", e).build();
    }
  }

  private void requireProvider() {
    if (!provider.isThere()) {
      throw ProblemException.notFound("sign-in at a provider here");
    }
  }

  /** As the browser names this service: its cookies are of that host. */
  private URI redirect() {
    try {
      URI here = URI.create(request.scheme() + "://" + request.authority() + ANSWER);
      if (here.getHost() != null && here.getUserInfo() == null) {
        return here;
      }
    } catch (IllegalArgumentException e) {
      throw badHost();
    }
    throw badHost();
  }

  private String network() {
    return Network.of(request.remoteAddress());
  }

  private static SignInFailures.Kind kind(ProviderException.Kind kind) {
    return switch (kind) {
      case SILENT -> SignInFailures.Kind.SILENT;
      case CROWDED -> SignInFailures.Kind.CROWDED;
      case UNEXPECTED -> SignInFailures.Kind.UNEXPECTED;
      case REFUSED -> SignInFailures.Kind.CODE_REFUSED;
    };
  }

  private static ProblemException badHost() {
    return ProblemException.badRequest("Host", "it is not a host", "write HOST or HOST:PORT");
  }

  private static Response.ResponseBuilder leadTo(URI address) {
    return Response.status(SEE_OTHER).header(HttpHeaders.LOCATION, address.toASCIIString());
  }

  private Response.ResponseBuilder failed(String next, ProviderException e) {
    failures.log(kind(e.kind()), String.valueOf(e.getMessage()));
    return failed(next, ProviderFailure.of(e.kind()));
  }

  private Response.ResponseBuilder failed(String next, ProviderFailure failure) {
    return Response.status(failure.status()).entity(form.withProviderFailure(next, failure.text()));
  }
}
