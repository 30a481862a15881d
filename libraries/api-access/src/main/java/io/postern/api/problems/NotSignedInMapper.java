package io.postern.api.problems;

import io.postern.api.signin.Challenge;
import io.quarkus.security.UnauthorizedException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** The answer to a call without credentials: 401. Any thread. */
@Provider
public class NotSignedInMapper implements ExceptionMapper<UnauthorizedException> {
  @Override
  public Response toResponse(UnauthorizedException e) {
    return answer("This needs a user's name and password, or a token.");
  }

  static Response answer(String detail) {
    return Answers.of(401, "Not signed in", detail)
        .header(HttpHeaders.WWW_AUTHENTICATE, Challenge.VALUE)
        .build();
  }
}
