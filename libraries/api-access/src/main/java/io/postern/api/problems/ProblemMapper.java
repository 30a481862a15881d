package io.postern.api.problems;

import io.postern.api.ProblemException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** The answer to a {@link ProblemException}. Any thread. */
@Provider
public class ProblemMapper implements ExceptionMapper<ProblemException> {
  @Override
  public Response toResponse(ProblemException e) {
    return Answers.of(e.problem()).build();
  }
}
