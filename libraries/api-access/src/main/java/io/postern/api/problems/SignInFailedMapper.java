package io.postern.api.problems;

import io.postern.api.signin.SignInFailures;
import io.postern.api.signin.TooManyAttemptsException;
import io.quarkus.security.AuthenticationFailedException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** The answer to credentials that are not good: 401, or 429 to those not looked at. Any thread. */
@Provider
public class SignInFailedMapper implements ExceptionMapper<AuthenticationFailedException> {
  private final SignInFailures failures;

  SignInFailedMapper(SignInFailures failures) {
    this.failures = failures;
  }

  @Override
  public Response toResponse(AuthenticationFailedException e) {
    if (e.getCause() instanceof TooManyAttemptsException tooMany) {
      return Answers.of(
              429,
              "Too many requests",
              "Too many sign-in attempts are in progress: try again later.")
          .header(HttpHeaders.RETRY_AFTER, tooMany.seconds())
          .build();
    }
    failures.log(e);
    return NotSignedInMapper.answer(
        "The name and password, or the token, are invalid or have expired.");
  }
}
