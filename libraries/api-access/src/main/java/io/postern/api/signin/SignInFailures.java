package io.postern.api.signin;

import io.postern.api.ApiSettings;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jose4j.jwt.consumer.ErrorCodeValidator;
import org.jose4j.jwt.consumer.InvalidJwtException;

/**
 * Log of what comes from the OpenID provider and could not be judged or was refused: of each kind a
 * line a minute at most, since strangers cause them, and hide no other kind by one. Any thread.
 */
@ApplicationScoped
public class SignInFailures {
  private static final Logger LOG = Logger.getLogger(SignInFailures.class);
  private static final long LINE_NANOS = Duration.ofMinutes(1).toNanos();

  /** What failed, and where the cause is looked for. */
  public enum Kind {
    TOKEN_REFUSED("its token was refused", "compare issuer, audience, keys and clocks"),
    SILENT(
        "it does not respond",
        "check that the provider is running, and that this host can reach it"),
    CROWDED(
        "too many are waiting for its response",
        "the provider is slow, or unauthenticated clients start sign-ins; behind a proxy, all "
            + "clients are of one network until quarkus.http.proxy is set"),
    UNEXPECTED(
        "its response does not match the settings",
        "compare issuer, client id, secret and redirect URI with the provider's settings"),
    CODE_REFUSED(
        "it does not accept a code",
        "the user may start again; if all fail, compare the redirect URI and the clocks"),
    NO_CODE(
        "it sent a browser back without a code",
        "check the client's settings there, and the provider's own log"),
    OTHER_ISSUER(
        "a browser returned with the response of another issuer (RFC 9207)",
        "if all fail, compare postern.api.oidc.issuer with the issuer of the provider");

    private final String what;
    private final String advice;

    Kind(String what, String advice) {
      this.what = what;
      this.advice = advice;
    }
  }

  private final ApiSettings settings;
  private final AtomicLong nextIgnored = new AtomicLong(System.nanoTime());
  private final Map<Kind, AtomicLong> nextLines = new EnumMap<>(Kind.class);

  SignInFailures(ApiSettings settings) {
    this.settings = settings;
    for (Kind kind : Kind.values()) {
      nextLines.put(kind, new AtomicLong(System.nanoTime()));
    }
  }

  /** Without the token's claims, which are its user's. */
  private static String reason(Throwable cause) {
    for (Throwable inner = cause; inner != null; inner = inner.getCause()) {
      if (inner instanceof InvalidJwtException invalid) {
        return invalid.getErrorDetails().stream()
            .map(ErrorCodeValidator.Error::getErrorMessage)
            .collect(Collectors.joining("; "));
      }
    }
    return String.valueOf(cause.getMessage());
  }

  public void log(Throwable failure) {
    Throwable cause = failure.getCause();
    if (settings.oidc().issuer().isEmpty() || cause == null) {
      return; // a password, or a token of ours
    }
    if (mayWrite(Kind.TOKEN_REFUSED)) {
      LOG.warnf(
          "A token was refused: %s. The provider is postern.api.oidc.issuer (%s), the audience"
              + " postern.api.oidc.audience (%s)",
          reason(cause), settings.oidc().issuer().get(), settings.oidc().audience());
    }
  }

  /**
   * The same of a browser's sign-in at the provider.
   *
   * @param reason in our words, or the name of an error that a standard has: what the provider
   *     wrote may be a stranger's; empty: the kind says all
   */
  public void log(Kind kind, String reason) {
    if (mayWrite(kind)) {
      LOG.warnf(
          "A browser's sign-in at the OpenID provider failed: %s%s: %s",
          kind.what, reason.isEmpty() ? "" : " (" + reason + ")", kind.advice);
    }
  }

  /** A role of ours without the prefix by which roles count, as before there was one. */
  void logIgnoredRole(String role, String prefix) {
    if (mayWrite(nextIgnored)) {
      LOG.warnf(
          "The role %s of a token is ignored, since it does not begin with %s: name it %s at the"
              + " provider, or change postern.api.oidc.role-prefix",
          role, prefix, prefix + role);
    }
  }

  private boolean mayWrite(Kind kind) {
    return mayWrite(Objects.requireNonNull(nextLines.get(kind)));
  }

  private static boolean mayWrite(AtomicLong nextLine) {
    long now = System.nanoTime();
    long next = nextLine.get();
    return now - next >= 0 && nextLine.compareAndSet(next, now + LINE_NANOS);
  }
}
