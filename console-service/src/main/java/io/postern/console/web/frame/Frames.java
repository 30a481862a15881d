package io.postern.console.web.frame;

import io.postern.api.Rights;
import io.quarkus.runtime.BlockingOperationControl;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.CurrentIdentityAssociation;
import io.quarkus.security.identity.SecurityIdentity;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.RequestScoped;
import jakarta.ws.rs.core.HttpHeaders;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the frame of a page from its request. One request, one thread. */
@RequestScoped
public class Frames {
  public static final String LANGUAGE = "postern-language";
  public static final String THEME = "postern-theme";
  static final String ZONE = "postern-zone";

  private static final Set<String> THEMES = Set.of("light", "dark");
  private static final Rights NONE = Rights.of(List.of());

  private final HttpServerRequest request;
  private final Assets assets;
  private final CurrentIdentityAssociation identities;
  private final Organizations organizations;
  private @Nullable Frame made;

  Frames(
      HttpServerRequest request,
      Assets assets,
      CurrentIdentityAssociation identities,
      Organizations organizations) {
    this.request = request;
    this.assets = assets;
    this.identities = identities;
    this.organizations = organizations;
  }

  /**
   * @param title key of the page's title
   */
  public Frame of(String title) {
    return titled(words().text(title));
  }

  /** The same with a title that is a name, such as a queue id. */
  public Frame titled(String title) {
    Frame frame = new Frame(words(), assets, reader(), title, organizations::seen);
    made = frame;
    return frame;
  }

  /** The frame that was made last; empty: none was. */
  public Optional<Frame> made() {
    return Optional.ofNullable(made);
  }

  public Words words() {
    return cookie(LANGUAGE).flatMap(Words::of).orElseGet(this::accepted);
  }

  private Words accepted() {
    String accepted = request.getHeader(HttpHeaders.ACCEPT_LANGUAGE);
    if (accepted != null) {
      try {
        for (Locale.LanguageRange range : Locale.LanguageRange.parse(accepted)) {
          Optional<Words> words = Words.of(range.getRange().replaceFirst("-.*", ""));
          if (words.isPresent()) {
            return words.get();
          }
        }
      } catch (IllegalArgumentException e) {
        return Words.english(); // no such header field
      }
    }
    return Words.english();
  }

  /** The proof that forms of this session carry, good or ended; empty: there is none. */
  public String proof() {
    String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
    return authorization == null ? "" : SessionCookie.formProof(authorization);
  }

  private Frame.Reader reader() {
    Optional<SecurityIdentity> identity = identity();
    return new Frame.Reader(
        identity.map(one -> one.getPrincipal().getName()).orElse(""),
        identity.map(one -> Rights.of(one.getRoles())).orElse(NONE),
        cookie(THEME).filter(THEMES::contains).orElse(""),
        cookie(ZONE).flatMap(Frames::zone).orElse(ZoneOffset.UTC),
        here(),
        proof());
  }

  /** Path and query that can be read again: of a form's answer those of the form. */
  private String here() {
    if (request.method() == HttpMethod.GET) {
      return request.uri();
    }
    String referrer = request.getHeader("Referer");
    return referrer == null ? "/" : PageAnswers.local(referrer.replaceFirst("^https?://[^/]*", ""));
  }

  /** Empty: nobody is signed in, or not any more. */
  private Optional<SecurityIdentity> identity() {
    if (!BlockingOperationControl.isBlockingAllowed()) {
      return Optional.empty(); // a problem that was found before anybody looked who asks
    }
    try {
      return Optional.of(identities.getIdentity()).filter(one -> !one.isAnonymous());
    } catch (AuthenticationFailedException e) {
      return Optional.empty();
    }
  }

  private Optional<String> cookie(String name) {
    Cookie cookie = request.getCookie(name);
    try {
      return cookie == null
          ? Optional.empty()
          : Optional.of(URLDecoder.decode(cookie.getValue(), StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // another program of this host wrote it
    }
  }

  private static Optional<ZoneId> zone(String name) {
    try {
      return Optional.of(ZoneId.of(name));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
