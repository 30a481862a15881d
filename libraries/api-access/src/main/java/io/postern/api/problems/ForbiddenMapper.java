package io.postern.api.problems;

import io.quarkus.security.ForbiddenException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** The answer where Quarkus itself forbids: 403. Any thread. */
@Provider
public class ForbiddenMapper implements ExceptionMapper<ForbiddenException> {
  @Override
  public Response toResponse(ForbiddenException e) {
    return Answers.of(403, "Not allowed", "The caller's role does not allow this.").build();
  }
}
