package io.postern.api.problems;

import io.postern.api.Problem;
import jakarta.ws.rs.core.Response;

/** Problems of requests that no resource has seen. */
final class HttpErrors {
  private HttpErrors() {}

  static Response.ResponseBuilder answer(int status) {
    return Answers.of(problem(status));
  }

  static Problem problem(int status) {
    return switch (status) {
      case 404 -> Problem.of(404, "Not found", "No resource at this path, see /q/openapi.");
      case 405 -> Problem.of(405, "Method not allowed", "The path does not support this method.");
      case 406 -> Problem.of(406, "Not acceptable", "No response has the type that Accept names.");
      case 413 -> Problem.of(413, "Too large", "The body is larger than this service accepts.");
      case 415 ->
          Problem.of(415, "Media type", "This path does not accept the Content-Type of the body.");
      default ->
          status >= 500
              ? Problem.of(status, "Internal error", "See the log of the service for the cause.")
              : Problem.of(status, "Bad request", "A parameter or the body cannot be read.");
    };
  }
}
