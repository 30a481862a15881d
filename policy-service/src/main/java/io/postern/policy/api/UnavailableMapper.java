package io.postern.policy.api;

import io.postern.api.Problem;
import io.postern.api.ProblemException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import org.jboss.logging.Logger;

/** The answer to an {@link UnavailableException}, with a line in the error log. Any thread. */
@Provider
public class UnavailableMapper implements ExceptionMapper<UnavailableException> {
  private static final Logger LOG = Logger.getLogger(UnavailableMapper.class);

  @Override
  public Response toResponse(UnavailableException e) {
    LOG.warnf(
        "%d: %s%s", e.status(), e.getMessage(), e.getCause() == null ? "" : " " + e.getCause());
    String detail = String.valueOf(e.getMessage());
    Problem problem =
        (e.status() == UnavailableException.TIMED_OUT
                ? ProblemException.timedOut(detail)
                : ProblemException.unavailable(detail))
            .problem();
    return Response.status(e.status()).type(Problem.MEDIA_TYPE).entity(problem).build();
  }
}
