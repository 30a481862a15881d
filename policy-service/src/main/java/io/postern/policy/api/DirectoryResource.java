package io.postern.policy.api;

import io.postern.api.ApiError;
import io.postern.directory.FileView;
import io.postern.log.directory.DirectoryReader;
import io.postern.policy.directory.DirectoryCommands;
import io.postern.rules.Directory;
import io.quarkus.security.Authenticated;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * The API of the directory, read and applied as a whole (docs/design/architecture.md, "Directory
 * and administration"). Body at most 4 MB.
 */
@Path("/api/v1/directory")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "directory", description = "Organizations, accepted domains and connectors")
public class DirectoryResource {
  private static final int UNPROCESSABLE = 422;
  private static final int TOO_LARGE = 413;
  private static final int MOST_BYTES = 4 << 20;

  private final DirectoryApplier applier;
  private final SecurityIdentity identity;

  DirectoryResource(
      DirectoryReader<Directory> reader, DirectoryCommands commands, SecurityIdentity identity) {
    applier = new DirectoryApplier(reader, commands);
    this.identity = identity;
  }

  @GET
  @RunOnVirtualThread
  @Operation(summary = "The whole directory, in the spelling of a directory file")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = DirectoryView.class)))
  @APIResponse(
      responseCode = "503",
      description = "The directory is not read to its end, or the log is away",
      content = @Content(schema = @Schema(implementation = ApiError.class)))
  public DirectoryView read() throws UnavailableException {
    Directory directory = applier.directory();
    return new DirectoryView(directory.version(), FileView.organizations(directory.objects()));
  }

  @POST
  @Path("/apply")
  @Consumes({"application/yaml", MediaType.APPLICATION_JSON})
  @RunOnVirtualThread
  @Operation(
      summary = "Makes the directory equal to a directory file",
      description =
          "Objects of the file's organizations that are not in it are removed; other organizations"
              + " are untouched. All or nothing.")
  @APIResponse(
      responseCode = "200",
      description = "Applied, compared (dry run), or nothing to change",
      content = @Content(schema = @Schema(implementation = ApplyAnswer.class)))
  @APIResponse(
      responseCode = "422",
      description = "The file has problems, each with its line; nothing was changed",
      content = @Content(schema = @Schema(implementation = ApplyAnswer.class)))
  @APIResponse(
      responseCode = "413",
      description = "More than 4 MB",
      content = @Content(schema = @Schema(implementation = ApiError.class)))
  @APIResponse(
      responseCode = "503",
      description = "The log is away",
      content = @Content(schema = @Schema(implementation = ApiError.class)))
  @APIResponse(
      responseCode = "504",
      description = "No answer within 10 seconds; the change may still be made",
      content = @Content(schema = @Schema(implementation = ApiError.class)))
  public Response apply(
      InputStream file,
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.CONTENT_LENGTH) @DefaultValue("0")
          long length,
      @Parameter(description = "Compare and check, change nothing")
          @QueryParam("dryRun")
          @DefaultValue("false")
          boolean dryRun)
      throws UnavailableException, IOException {
    byte[] yaml = length > MOST_BYTES ? new byte[0] : file.readNBytes(MOST_BYTES + 1);
    if (length > MOST_BYTES || yaml.length > MOST_BYTES) {
      return Response.status(TOO_LARGE)
          .entity(
              new ApiError("A directory file has at most 4 MB: apply organizations one by one."))
          .build();
    }
    ApplyAnswer answer = applier.apply(yaml, dryRun, identity.getPrincipal().getName());
    return Response.status(answer.problems().isEmpty() ? 200 : UNPROCESSABLE)
        .entity(answer)
        .build();
  }
}
