package io.postern.api.signin;

import io.postern.api.ApiSettings;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jose4j.jwt.consumer.ErrorCodeValidator;
import org.jose4j.jwt.consumer.InvalidJwtException;

/**
 * Log of what comes from the OpenID provider and could not be judged or was refused: a line a
 * minute at most, since strangers cause them. Any thread.
 */
@ApplicationScoped
public class SignInFailures {
  private static final Logger LOG = Logger.getLogger(SignInFailures.class);
  private static final long LINE_NANOS = Duration.ofMinutes(1).toNanos();

  private final ApiSettings settings;
  private final AtomicLong nextLine = new AtomicLong(System.nanoTime());

  SignInFailures(ApiSettings settings) {
    this.settings = settings;
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
    if (mayWrite()) {
      LOG.warnf(
          "A token was refused: %s. The provider is postern.api.oidc.issuer (%s), the audience"
              + " postern.api.oidc.audience (%s)",
          reason(cause), settings.oidc().issuer().get(), settings.oidc().audience());
    }
  }

  /**
   * The same of a browser's sign-in at the provider.
   *
   * @param reason in our words: what the provider wrote may be a stranger's
   */
  public void log(String reason) {
    if (mayWrite()) {
      LOG.warnf("A browser's sign-in at the OpenID provider failed: %s", reason);
    }
  }

  private boolean mayWrite() {
    long now = System.nanoTime();
    long next = nextLine.get();
    return now - next >= 0 && nextLine.compareAndSet(next, now + LINE_NANOS);
  }
}
