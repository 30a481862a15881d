package io.postern.api.problems;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.api.signin.Challenge;
import io.postern.api.signin.CodeMissingException;
import io.postern.api.signin.SignInFailures;
import io.postern.api.signin.TooManyAttemptsException;
import io.postern.api.signin.UnknownAccessException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** The problems that exceptions of calls are answered with. Any thread. */
@Singleton
public class ProblemMappers {
  private static final Logger LOG = Logger.getLogger(ProblemMappers.class);

  private static final int RETRY_SECONDS = 2;

  private final SignInFailures failures;

  ProblemMappers(SignInFailures failures) {
    this.failures = failures;
  }

  @ServerExceptionMapper
  Response problem(ProblemException e) {
    Response.ResponseBuilder answer = answer(e.problem());
    return e.againSeconds() == 0
        ? answer.build()
        : answer.header(HttpHeaders.RETRY_AFTER, e.againSeconds()).build();
  }

  /** Where Quarkus itself forbids. */
  @ServerExceptionMapper
  Response forbidden(ForbiddenException e) {
    return answer(Problem.of(403, "Not allowed", "The caller's role does not allow this.")).build();
  }

  /** A call without credentials. */
  @ServerExceptionMapper
  Response notSignedIn(UnauthorizedException e) {
    return notSignedIn("This needs a user's name and password, or a token.");
  }

  /** Credentials that are not good: 401, or 429 to those not looked at. */
  @ServerExceptionMapper
  Response signInFailed(AuthenticationFailedException e) {
    if (e.getCause() instanceof TooManyAttemptsException tooMany) {
      return answer(Problem.of(429, "Too many requests", String.valueOf(tooMany.getMessage())))
          .header(HttpHeaders.RETRY_AFTER, tooMany.seconds())
          .build();
    }
    if (e.getCause() instanceof UnknownAccessException unknown) {
      return answer(
              Problem.of(
                  503,
                  "Not available now",
                  "Access cannot be checked: " + unknown.getMessage() + "."))
          .header(HttpHeaders.RETRY_AFTER, RETRY_SECONDS)
          .build();
    }
    if (e.getCause() instanceof CodeMissingException missing) {
      return Response.fromResponse(
              notSignedIn(
                  "The user has a second factor: get a token by POST /api/v1/tokens of"
                      + " policy-service with the name, the password and a code in the header field"
                      + " Postern-Code (postern sign-in asks for it), and use the token."))
          .header(CodeMissingException.HEADER, missing.passwordShown())
          .build();
    }
    failures.log(e);
    return notSignedIn(
        "The name and password, or the token, are invalid or have expired: sign in again.");
  }

  private static Response notSignedIn(String detail) {
    return answer(Problem.of(401, "Not signed in", detail))
        .header(HttpHeaders.WWW_AUTHENTICATE, Challenge.VALUE)
        .build();
  }

  /** Where REST itself refuses a request: 404, 405, 406, 413, 415, 400. */
  @ServerExceptionMapper
  Response refused(WebApplicationException e) {
    Response given = e.getResponse();
    if (given.hasEntity() || given.getStatus() < 400) {
      return given;
    }
    if (e.getCause() instanceof JacksonException unreadable) {
      return unreadable(unreadable);
    }
    Response.ResponseBuilder answer = answer(UnknownPaths.problem(given.getStatus()));
    Object allowed = given.getHeaders().getFirst(HttpHeaders.ALLOW);
    return allowed == null ? answer.build() : answer.header(HttpHeaders.ALLOW, allowed).build();
  }

  /** A body whose JSON is of another form. */
  @ServerExceptionMapper
  Response mismatched(MismatchedInputException e) {
    return unreadable(e);
  }

  private static Response unreadable(JacksonException e) {
    String pointer =
        e instanceof JsonMappingException mapping
            ? mapping.getPath().stream()
                .map(r -> "/" + (r.getFieldName() == null ? r.getIndex() : r.getFieldName()))
                .collect(Collectors.joining())
            : "";
    int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
    String fault =
        e instanceof MismatchedInputException
            ? "the value has the wrong type, or the field does not exist"
            : "this is not JSON";
    return answer(
            Problem.of(
                400,
                "Bad request",
                "The body cannot be read: " + fault + (line > 0 ? ", line " + line : "") + ".",
                List.of(
                    new Problem.Fault(
                        pointer, fault, "see /q/openapi for the form", line > 0 ? line : null))))
        .build();
  }

  /** A failure that nobody expected: 500, with the id of a line in the log. */
  @ServerExceptionMapper
  Response unexpected(RuntimeException e) {
    String id = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
    LOG.errorf(e, "A call failed, %s", id);
    return answer(
            Problem.of(
                500, "Internal error", "The log of the service has the cause under " + id + "."))
        .build();
  }

  private static Response.ResponseBuilder answer(Problem problem) {
    return Response.status(problem.status()).type(Problem.MEDIA_TYPE).entity(problem);
  }
}
