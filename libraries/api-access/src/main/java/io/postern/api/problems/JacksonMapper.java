package io.postern.api.problems;

import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** The answer to a body whose JSON is of another form: 400. Any thread. */
@Provider
public class JacksonMapper implements ExceptionMapper<MismatchedInputException> {
  @Override
  public Response toResponse(MismatchedInputException e) {
    return UnreadableBody.answer(e);
  }
}
