package io.postern.console.web.frame;

import io.postern.api.signin.IdleSessions;
import io.postern.api.signin.Tokens;
import io.postern.console.ConsoleSettings;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.NewCookie;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Set;

/**
 * The session of a browser: a cookie with the token that a program would send. Scripts cannot read
 * it, and pages of other sites cannot make a browser send it. It ends when it is not used for
 * {@code postern.console.idle-timeout}; a second cookie says when it was. Any thread; does not
 * block.
 */
@Singleton
public class SessionCookie {
  /** With TLS the name makes browsers refuse one that was set without (RFC 6265bis §4.1.3). */
  private static final String SECURE_NAME = "__Host-postern";

  private static final String PLAIN_NAME = "postern";
  private static final int EARLY = 10_000;
  private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD);

  private static final String SECURE_SEEN = "__Host-postern-seen";
  private static final String PLAIN_SEEN = "postern-seen";
  private static final Duration SELDOM = Duration.ofMinutes(1);
  private static final int OF_IDLE = 4;
  private static final String SIGN_OUT = "/sign-out";

  private final IdleSessions idleSessions;
  private final Duration idle;
  private final Duration renewed;

  SessionCookie(IdleSessions idleSessions, ConsoleSettings settings) {
    this.idleSessions = idleSessions;
    idle = settings.idleTimeout();
    renewed = renewed(idle);
  }

  /** How long a use is not written down: a small part of the time without use. */
  static Duration renewed(Duration idle) {
    Duration part = idle.dividedBy(OF_IDLE);
    return part.compareTo(SELDOM) < 0 ? part : SELDOM;
  }

  void add(@Observes Filters filters) {
    filters.register(this::present, EARLY);
  }

  /** A request that shows a token of its own keeps it. */
  private void present(RoutingContext context) {
    Cookie cookie = context.request().getCookie(name(context.request().isSSL()));
    boolean changes = !READING.contains(context.request().method());
    if (changes && context.normalizedPath().startsWith("/api/")) {
      // Programs change by the API, with a token of their own: forms of pages have a proof.
      context.next();
      return;
    }
    if (cookie != null
        && !cookie.getValue().isEmpty()
        && !context.request().headers().contains(HttpHeaders.AUTHORIZATION)
        && isUsed(context, cookie.getValue())) {
      context.request().headers().set(HttpHeaders.AUTHORIZATION, "Bearer " + cookie.getValue());
    }
    context.next();
  }

  /** False: the session has not been used for too long, and ends. */
  private boolean isUsed(RoutingContext context, String token) {
    HttpServerRequest request = context.request();
    Cookie seen = request.getCookie(request.isSSL() ? SECURE_SEEN : PLAIN_SEEN);
    Instant now = Instant.now();
    Instant last = SeenCookie.last(token, seen == null ? null : seen.getValue());
    if (last.plus(idle).isBefore(now)) {
      idleSessions.end(token); // copies of the cookie too
      return false;
    }
    // A part of a page that renews itself is no use by its reader. An asset is kept by caches.
    if (!request.headers().contains("HX-Request")
        && !request.path().equals(SIGN_OUT)
        && !request.path().startsWith(Assets.BELOW)
        && last.plus(renewed).isBefore(now)) {
      context
          .response()
          .addCookie(
              Cookie.cookie(
                      request.isSSL() ? SECURE_SEEN : PLAIN_SEEN, SeenCookie.value(token, now))
                  .setPath("/")
                  .setHttpOnly(true)
                  .setSecure(request.isSSL())
                  .setSameSite(CookieSameSite.LAX)
                  .setMaxAge(Tokens.LONGEST.toSeconds()));
    }
    return true;
  }

  private static String name(boolean tls) {
    return tls ? SECURE_NAME : PLAIN_NAME;
  }

  public static NewCookie of(String token, boolean tls, Duration lasts) {
    return new NewCookie.Builder(name(tls))
        .value(token)
        .path("/")
        .httpOnly(true)
        .secure(tls)
        .sameSite(NewCookie.SameSite.LAX)
        .maxAge(Math.toIntExact(lasts.toSeconds()))
        .build();
  }

  public static NewCookie ended(boolean tls) {
    return of("", tls, Duration.ZERO);
  }

  /**
   * The proof that a form came from a page of this session: nobody else knows it.
   *
   * @param authorization the request's; empty: nobody is signed in
   */
  public static String formProof(String authorization) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update("form of ".getBytes(StandardCharsets.US_ASCII));
      byte[] proof = digest.digest(authorization.getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(proof);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
