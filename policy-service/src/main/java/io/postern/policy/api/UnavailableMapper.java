package io.postern.policy.api;

import io.postern.api.ApiError;
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
    return Response.status(e.status()).entity(new ApiError(String.valueOf(e.getMessage()))).build();
  }
}
