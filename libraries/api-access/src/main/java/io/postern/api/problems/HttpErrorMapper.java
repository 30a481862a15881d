package io.postern.api.problems;

import com.fasterxml.jackson.core.JacksonException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** The answer where REST itself refuses a request: 404, 405, 406, 413, 415, 400. Any thread. */
@Provider
public class HttpErrorMapper implements ExceptionMapper<WebApplicationException> {
  @Override
  public Response toResponse(WebApplicationException e) {
    Response given = e.getResponse();
    if (given.hasEntity() || given.getStatus() < 400) {
      return given;
    }
    if (e.getCause() instanceof JacksonException unreadable) {
      return UnreadableBody.answer(unreadable);
    }
    Response.ResponseBuilder answer = HttpErrors.answer(given.getStatus());
    Object allowed = given.getHeaders().getFirst(HttpHeaders.ALLOW);
    return allowed == null ? answer.build() : answer.header(HttpHeaders.ALLOW, allowed).build();
  }
}
