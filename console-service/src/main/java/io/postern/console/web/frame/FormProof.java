package io.postern.console.web.frame;

import io.postern.api.ProblemException;
import jakarta.ws.rs.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.WithFormRead;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveContainerRequestContext;

/**
 * Refuses a form that does not come from a page of the same session, with 403: a page of another
 * site can make a browser send a form, and does not know the proof. Any thread.
 */
public class FormProof {
  private static final String FIELD = "proof";

  private final Frames frames;

  FormProof(Frames frames) {
    this.frames = frames;
  }

  @Page
  @WithFormRead
  @ServerRequestFilter
  public void check(ResteasyReactiveContainerRequestContext request) {
    if (!request.getMethod().equals(HttpMethod.POST)) {
      return;
    }
    String expected = frames.proof();
    Object given =
        ((ResteasyReactiveRequestContext) request.getServerRequestContext())
            .getFormParameter(FIELD, true, false);
    // Whoever is not signed in has no session that a form could misuse.
    if (!expected.isEmpty() && !(given instanceof String proof && isEqual(expected, proof))) {
      throw ProblemException.forbidden(
          "The form does not belong to this session: open the page again, and repeat the action.");
    }
  }

  private static boolean isEqual(String expected, String given) {
    return MessageDigest.isEqual(
        expected.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
  }
}
