package io.postern.certificate.api;

import io.postern.api.ApiError;
import jakarta.ws.rs.core.Response;

/** Answers that report why a call could not be answered. */
final class Errors {
  private Errors() {}

  /**
   * @param reason a sentence for the administrator
   */
  static Response response(int status, String reason) {
    return Response.status(status).entity(new ApiError(reason)).build();
  }

  static Response response(Response.Status status, String reason) {
    return response(status.getStatusCode(), reason);
  }
}
