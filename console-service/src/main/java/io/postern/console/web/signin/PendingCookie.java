package io.postern.console.web.signin;

import io.postern.api.signin.PendingSignIn;
import io.postern.api.signin.PendingSignIns;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.RequestScoped;
import jakarta.ws.rs.core.NewCookie;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Sign-ins that wait for the provider, as the browser keeps them: a cookie each, since several tabs
 * may go there at one time. One request, one thread.
 */
@RequestScoped
class PendingCookie {
  /** More would be a loop; all of them fit into the header fields that a server takes. */
  private static final int MOST = 4;

  private static final String PREFIX = "postern-sign-in-";
  private static final int NAMING = 8; // characters of the state

  private final HttpServerRequest request;
  private final PendingSignIns pending;

  PendingCookie(HttpServerRequest request, PendingSignIns pending) {
    this.request = request;
    this.pending = pending;
  }

  NewCookie of(PendingSignIn signIn) {
    return cookie(name(signIn.state()), pending.written(signIn), PendingSignIns.LASTS);
  }

  /**
   * The sign-in that an answer belongs to; empty: none that this browser began within its time.
   *
   * @param state of the answer
   */
  Optional<PendingSignIn> find(String state) {
    Cookie cookie = PendingSignIn.isState(state) ? request.getCookie(name(state)) : null;
    return Optional.ofNullable(cookie)
        .flatMap(one -> pending.read(one.getValue()))
        .filter(one -> one.hasState(state));
  }

  /** Takes the answer's sign-in from the browser. */
  NewCookie ended(String state) {
    return cookie(name(state), "", Duration.ZERO);
  }

  /** Takes all from a browser that has too many. */
  List<NewCookie> tooMany() {
    List<NewCookie> there =
        request.cookies().stream()
            .map(Cookie::getName)
            .filter(name -> name.startsWith(prefix()))
            .map(name -> cookie(name, "", Duration.ZERO))
            .toList();
    return there.size() < MOST ? List.of() : there;
  }

  private String name(String state) {
    return prefix() + state.substring(0, NAMING);
  }

  /** With TLS no other host of the domain can write it (RFC 6265bis §4.1.3.2). */
  private String prefix() {
    return request.isSSL() ? "__Host-" + PREFIX : PREFIX;
  }

  private NewCookie cookie(String name, String value, Duration lasts) {
    return new NewCookie.Builder(name)
        .value(value)
        .path("/")
        .httpOnly(true)
        .secure(request.isSSL())
        .sameSite(NewCookie.SameSite.LAX)
        .maxAge(Math.toIntExact(lasts.toSeconds()))
        .build();
  }
}
