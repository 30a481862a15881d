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
      case 404 -> Problem.of(404, "Not found", "There is nothing at this path, see /q/openapi.");
      case 405 ->
          Problem.of(405, "Method not allowed", "The path is right, and not for this method.");
      case 406 ->
          Problem.of(406, "Not acceptable", "There is no answer of the type that Accept names.");
      case 413 -> Problem.of(413, "Too large", "The body is larger than this service takes.");
      case 415 ->
          Problem.of(
              415, "Media type", "The body's Content-Type is another one than this path takes.");
      default ->
          status >= 500
              ? Problem.of(status, "Internal error", "The service's log has the cause.")
              : Problem.of(status, "Bad request", "A parameter or the body cannot be read.");
    };
  }
}
