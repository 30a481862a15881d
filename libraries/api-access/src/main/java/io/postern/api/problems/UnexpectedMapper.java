package io.postern.api.problems;

import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;

/**
 * The answer to a failure that nobody expected: 500, with the id of a line in the log. Any thread.
 */
@Provider
public class UnexpectedMapper implements ExceptionMapper<RuntimeException> {
  private static final Logger LOG = Logger.getLogger(UnexpectedMapper.class);

  @Override
  public Response toResponse(RuntimeException e) {
    String id = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
    LOG.errorf(e, "A call failed, %s", id);
    return Answers.of(
            500, "Internal error", "The log of the service has the cause under " + id + ".")
        .build();
  }
}
