package io.postern.api.problems;

import io.postern.api.Problem;
import jakarta.ws.rs.core.Response;

/** Problems as responses. */
final class Answers {
  private Answers() {}

  static Response.ResponseBuilder of(Problem problem) {
    return Response.status(problem.status()).type(Problem.MEDIA_TYPE).entity(problem);
  }

  static Response.ResponseBuilder of(int status, String title, String detail) {
    return of(Problem.of(status, title, detail));
  }
}
