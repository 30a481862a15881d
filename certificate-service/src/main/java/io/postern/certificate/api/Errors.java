package io.postern.certificate.api;

import io.postern.api.Problem;
import jakarta.ws.rs.core.Response;

/** Answers that report why a call could not be answered. */
final class Errors {
  private Errors() {}

  /**
   * @param reason a sentence for the administrator
   */
  static Response response(int status, String reason) {
    return Response.status(status)
        .type(Problem.MEDIA_TYPE)
        .entity(Problem.of(status, title(status), reason))
        .build();
  }

  static Response response(Response.Status status, String reason) {
    return response(status.getStatusCode(), reason);
  }

  private static String title(int status) {
    return switch (status) {
      case 400 -> "Bad request";
      case 404 -> "Not found";
      case Problem.UNPROCESSABLE -> "Not valid";
      case 503 -> "Unavailable";
      default -> "Failed";
    };
  }
}
