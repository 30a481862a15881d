package io.postern.policy.api;

import io.postern.api.Caller;
import io.postern.api.Costly;
import io.postern.api.ProblemException;
import io.postern.api.Rights;
import io.postern.contracts.DirectoryKeys;
import io.postern.directory.DirectoryDiff;
import io.postern.directory.DirectoryFile;
import io.postern.directory.FileView;
import io.postern.policy.change.Author;
import io.postern.policy.change.Change;
import io.postern.policy.change.Changed;
import io.postern.policy.change.DirectoryChanges;
import io.postern.policy.change.Faults;
import io.postern.policy.change.Precondition;
import io.postern.policy.directory.CurrentDirectory;
import io.postern.rules.Directory;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.Blocking;
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
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/**
 * The API of the directory, read and applied as a whole (docs/design/architecture.md, "Directory
 * and administration"). Body at most 4 MB.
 */
@Path("/api/v1/directory")
@Authenticated
// Megabytes take long: a virtual thread would keep its carrier from all others.
@Blocking
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "directory", description = "Organizations, accepted domains and connectors")
public class DirectoryResource {
  private static final int MOST_BYTES = 4 << 20;

  /**
   * The whole directory in the file's spelling.
   *
   * @param version the offset of its last change; -1: empty
   * @param organizations as in a directory file: it can be applied again
   */
  public record DirectoryView(long version, List<Map<String, Object>> organizations) {}

  private final CurrentDirectory current;
  private final DirectoryChanges changes;
  private final Caller caller;

  DirectoryResource(CurrentDirectory current, DirectoryChanges changes, Caller caller) {
    this.current = current;
    this.changes = changes;
    this.caller = caller;
  }

  @Costly(20)
  @GET
  @Operation(
      summary = "The directory, in the format of a directory file",
      description = "All organizations that the caller may read.")
  @APIResponse(responseCode = "200")
  @APIResponse(
      responseCode = "503",
      description = "The directory is not completely read, or Kafka is unavailable")
  public RestResponse<DirectoryView> read() {
    Directory directory = current.get();
    Rights rights = caller.rights();
    return RestResponse.ResponseBuilder.ok(
            new DirectoryView(
                directory.version(),
                FileView.organizations(
                    directory.objects().stream()
                        .filter(object -> rights.mayRead(DirectoryKeys.organizationOf(object)))
                        .toList())))
        .header(HttpHeaders.ETAG, Precondition.quoted(Long.toString(directory.version())))
        .build();
  }

  @Costly(20)
  @POST
  @Path("/apply")
  @Consumes({"application/yaml", MediaType.APPLICATION_JSON})
  @Operation(
      summary = "Makes the directory equal to a directory file",
      description =
          "Objects of the file's organizations that are not in it are removed; other organizations "
              + "are not changed. All or nothing. With If-Match, it does not overwrite changes made "
              + "after that version.")
  @APIResponse(
      responseCode = "200",
      description = "Applied, compared (dry run), or nothing to change")
  @APIResponse(
      responseCode = "422",
      description = "The file has errors, each with its place; nothing was changed")
  @APIResponse(
      responseCode = "409",
      description = "The file's organizations were changed at the same time, see \"changes\"")
  @APIResponse(
      responseCode = "412",
      description = "The file's organizations have been changed, see \"changes\"")
  @APIResponse(responseCode = "413", description = "More than 4 MB")
  public Changed apply(
      InputStream file,
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.CONTENT_LENGTH) @DefaultValue("0")
          long length,
      @QueryParam("dryRun") @DefaultValue("false") boolean dryRun,
      @Parameter(description = "ETag of the directory that the file was made for")
          @HeaderParam(HttpHeaders.IF_MATCH)
          @Nullable String ifMatch,
      @QueryParam("reason") @DefaultValue("") String reason)
      throws IOException {
    byte[] yaml = length > MOST_BYTES ? new byte[0] : file.readNBytes(MOST_BYTES + 1);
    if (length > MOST_BYTES || yaml.length > MOST_BYTES) {
      throw ProblemException.tooLarge(
          "A directory file has at most 4 MB: apply organizations one by one.");
    }
    Author author = Author.of(caller, "file", reason);
    DirectoryFile parsed = DirectoryFile.parse(yaml);
    Faults.refuse(parsed.problems());
    long seen = Precondition.seen(ifMatch);
    return changes.make(
        Change.of(
                current.atLeast(seen),
                parsed.organizations(),
                before -> DirectoryDiff.wanted(before.objects(), parsed),
                author,
                dryRun)
            .ifSeen(seen)
            .placed(parsed::locate));
  }
}
