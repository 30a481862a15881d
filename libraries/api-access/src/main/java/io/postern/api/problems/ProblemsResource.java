package io.postern.api.problems;

import io.postern.api.Problem;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The page to which the {@code type} of each problem leads: docs/reference/problems.md. Public. */
@Path("/problems")
@PermitAll
@Tag(name = "access")
public class ProblemsResource {
  @GET
  @Produces("text/markdown;charset=UTF-8")
  @Operation(summary = "The kinds of problems, and what to do")
  @APIResponse(responseCode = "200")
  @APIResponse(
      responseCode = "default",
      description = "What every call answers that fails",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  public String page() throws IOException {
    try (InputStream page =
        Objects.requireNonNull(ProblemsResource.class.getResourceAsStream("/problems.md"))) {
      return new String(page.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
