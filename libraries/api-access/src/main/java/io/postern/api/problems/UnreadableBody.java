package io.postern.api.problems;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.postern.api.Problem;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.stream.Collectors;

/** The answer to a body that is not JSON, or not of the right form: 400 with the place. Pure. */
final class UnreadableBody {
  private UnreadableBody() {}

  static Response answer(JacksonException e) {
    String pointer =
        e instanceof JsonMappingException mapping
            ? mapping.getPath().stream()
                .map(r -> "/" + (r.getFieldName() == null ? r.getIndex() : r.getFieldName()))
                .collect(Collectors.joining())
            : "";
    int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
    String fault =
        e instanceof MismatchedInputException
            ? "the value has the wrong type, or the field does not exist"
            : "this is not JSON";
    return Answers.of(
            Problem.of(
                400,
                "Bad request",
                "The body cannot be read: " + fault + (line > 0 ? ", line " + line : "") + ".",
                List.of(
                    new Problem.Fault(
                        pointer, fault, "see /q/openapi for the form", line > 0 ? line : null))))
        .build();
  }
}
