package io.postern.policy.whatif;

import io.postern.api.Caller;
import io.postern.api.Costly;
import io.postern.api.ProblemException;
import io.postern.policy.directory.CurrentDirectory;
import io.postern.policy.whatif.RecordedComparison.Snapshot;
import io.postern.rules.Directory;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * The API that compares a draft with the mail of the last days
 * (docs/guides/forced-tls-with-a-partner.md).
 */
@Singleton
@Path("/api/v1/what-if")
@Authenticated
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "what-if", description = "What a draft would have decided differently")
public class WhatIfResource {
  private static final int MOST_BYTES = 4 << 20;
  private static final int MOST_DAYS = 7;

  private final CurrentDirectory directory;
  private final WhatIfRuns runs;
  private final ComparisonLog log;
  private final Caller caller;

  WhatIfResource(CurrentDirectory directory, WhatIfRuns runs, ComparisonLog log, Caller caller) {
    this.directory = directory;
    this.runs = runs;
    this.log = log;
    this.caller = caller;
  }

  // Megabytes take long: a virtual thread would keep its carrier from all others.
  @Blocking
  @Costly(20)
  @POST
  @Consumes({"application/yaml", MediaType.APPLICATION_JSON})
  @Operation(
      summary = "Compares a draft with recent mail",
      description =
          "The body is a directory file as for apply; or, with an organization, some of its "
              + "objects, in the lists of the file: {\"inboundConnectors\": [...]}. They replace the "
              + "objects with the same names. Nothing is changed. At a replica, one runs at a time "
              + "for an organization or user, and three in all. Each replica shows the result, "
              + "for an hour.")
  @APIResponseSchema(
      value = WhatIfView.class,
      responseCode = "202",
      responseDescription = "Started; see Location")
  @APIResponse(
      responseCode = "404",
      description = "The caller may not read an organization of the draft")
  @APIResponse(responseCode = "422", description = "The draft has errors, as reported by apply")
  @APIResponse(
      responseCode = "429",
      description = "One of the caller or of the organization is running")
  @APIResponse(
      responseCode = "503",
      description =
          "Three are running, the directory is not completely read, or Kafka is unavailable")
  public Response start(
      InputStream body,
      @Parameter(
              description =
                  "Organization of the objects in the body (default: the body is a "
                      + "directory file)")
          @QueryParam("organization")
          @DefaultValue("")
          String organization,
      @Parameter(description = "1 to 7") @QueryParam("days") @DefaultValue("7") int days)
      throws IOException {
    if (days < 1 || days > MOST_DAYS) {
      throw ProblemException.badRequest("days", days + " are not kept", "write 1 to 7");
    }
    if (!organization.isEmpty()) {
      requireRead(organization);
    }
    byte[] draft = body.readNBytes(MOST_BYTES + 1);
    if (draft.length > MOST_BYTES) {
      throw ProblemException.tooLarge("A draft has at most 4 MB.");
    }
    Directory now = directory.get();
    DraftDirectory checked =
        organization.isEmpty()
            ? DraftDirectory.ofFile(now, draft, this::requireRead, caller.isOperator())
            : DraftDirectory.ofObjects(now, organization, draft, caller.isOperator());
    WhatIfView begun = runs.start(caller.holder(), checked, days);
    return Response.accepted(begun).location(URI.create("/api/v1/what-if/" + begun.id())).build();
  }

  @GET
  @Path("/{id}")
  @Operation(summary = "State, progress and result of a comparison")
  @APIResponse(responseCode = "200")
  @APIResponse(responseCode = "404", description = "It does not exist, or no longer exists")
  public WhatIfView read(@PathParam("id") String id) {
    return comparison(id).view();
  }

  @DELETE
  @Path("/{id}")
  @Operation(
      summary = "Cancels a comparison",
      description = "By the user who started it, or an administrator of its organizations.")
  @APIResponse(responseCode = "204", description = "It ends soon, or has ended")
  @APIResponse(responseCode = "404", description = "It does not exist, or no longer exists")
  public void cancel(@PathParam("id") String id) {
    Snapshot its = comparison(id);
    if (!its.by().equals(caller.name())) {
      its.organizations().forEach(organization -> caller.requireChange(organization, named(id)));
    }
    if (its.running()) {
      log.cancel(id);
    }
  }

  private Snapshot comparison(String id) {
    Snapshot its = log.find(id).orElseThrow(() -> ProblemException.notFound(named(id)));
    its.organizations().forEach(organization -> caller.requireRead(organization, named(id)));
    return its;
  }

  /** The same for one that the caller does not see (G8). */
  private static String named(String id) {
    return "comparison " + id + ": a result is kept for an hour. Start it again";
  }

  private void requireRead(String organization) {
    caller.requireRead(organization, "organization " + organization);
  }
}
