package io.postern.console.web.frame;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.NewCookie;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.Set;

/**
 * The session of a browser: a cookie with the token that a program would send. Scripts cannot read
 * it, and pages of other sites cannot make a browser send it. Any thread; does not block.
 */
@Singleton
public class SessionCookie {
  /** With TLS the name makes browsers refuse one that was set without (RFC 6265bis §4.1.3). */
  private static final String SECURE_NAME = "__Host-postern";

  private static final String PLAIN_NAME = "postern";
  private static final int EARLY = 10_000;
  private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD);

  void add(@Observes Filters filters) {
    filters.register(SessionCookie::present, EARLY);
  }

  /** A request that shows a token of its own keeps it. */
  private static void present(RoutingContext context) {
    Cookie cookie = context.request().getCookie(name(context.request().isSSL()));
    boolean changes = !READING.contains(context.request().method());
    if (changes && context.normalizedPath().startsWith("/api/")) {
      // Programs change by the API, with a token of their own: forms of pages have a proof.
      context.next();
      return;
    }
    if (cookie != null
        && !cookie.getValue().isEmpty()
        && !context.request().headers().contains(HttpHeaders.AUTHORIZATION)) {
      context.request().headers().set(HttpHeaders.AUTHORIZATION, "Bearer " + cookie.getValue());
    }
    context.next();
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
