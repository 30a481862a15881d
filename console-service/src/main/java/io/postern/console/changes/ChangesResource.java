package io.postern.console.changes;

import io.postern.api.Caller;
import io.postern.api.ProblemException;
import io.postern.api.Times;
import io.postern.console.search.Conditions;
import io.postern.console.sight.Sight;
import io.postern.console.store.ReadModel;
import io.postern.console.store.ReadTo;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The API of changes (docs/guides/reports.md). */
@Path("/api/v1/changes")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "changes", description = "Changes of the directory: by whom, when, before and after")
public class ChangesResource {
  private static final int MOST = 500;

  private final ReadModel model;
  private final Caller caller;

  ChangesResource(ReadModel model, Caller caller) {
    this.model = model;
    this.caller = caller;
  }

  @GET
  @RunOnVirtualThread
  @Operation(
      summary = "Changes of the directory, newest first, with the fields that differ",
      description =
          "An organization's reader sees the objects of its organizations. A search that is not "
              + "finished within 10 s is answered with what it has found; the next link continues "
              + "it.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = Changes.class)))
  public Changes list(
      @Parameter(description = "Organization whose objects changed")
          @QueryParam("organization")
          @DefaultValue("")
          String organization,
      @Parameter(description = "Part of the key of an object: inbound-connector/contoso/From")
          @QueryParam("object")
          @DefaultValue("")
          String object,
      @Parameter(description = "User who made the change") @QueryParam("by") @DefaultValue("")
          String by,
      @Parameter(description = "RFC 3339, a date, or how long ago: 30m, 4h, 2d. By default 90d")
          @QueryParam("since")
          @DefaultValue("90d")
          String since,
      @Parameter(description = "The same; by default now") @QueryParam("until") @DefaultValue("")
          String until,
      @Parameter(description = "Changes of a page, at most 500")
          @QueryParam("limit")
          @DefaultValue("50")
          int limit,
      @Parameter(description = "Version before which the page starts, from a next link")
          @QueryParam("before")
          @DefaultValue("0")
          long before,
      @Context UriInfo uri) {
    if (limit < 1 || limit > MOST) {
      throw ProblemException.badRequest(
          "limit", limit + " changes cannot be shown.", "Write a number from 1 to " + MOST + ".");
    }
    if (!organization.isEmpty()) {
      caller.requireRead(organization, "organization " + organization);
    }
    Instant now = Instant.now();
    Conditions conditions =
        new Conditions()
            .and("at >= ?", Times.parse("since", since, now).toEpochMilli())
            .given("actor = ?", by);
    if (!until.isEmpty()) {
      conditions.and("at < ?", Times.parse("until", until, now).toEpochMilli());
    }
    if (before > 0) {
      conditions.and("version < ?", before);
    }
    Sight sight =
        organization.isEmpty()
            ? Sight.of(caller)
            : new Sight(java.util.Optional.of(java.util.Set.of(organization)));
    return model.use(
        connection -> {
          ChangeReader.Found found =
              ChangeReader.find(connection, conditions, object, sight, limit + 1);
          boolean more = found.changes().size() > limit;
          List<Changes.Change> shown = more ? found.changes().subList(0, limit) : found.changes();
          boolean unfinished = !more && found.resume() > 0;
          long last = more ? shown.getLast().version() : found.resume();
          return new Changes(
              shown,
              more || unfinished ? next(uri, last) : null,
              unfinished ? true : null,
              ReadTo.of(connection));
        });
  }

  private static String next(UriInfo uri, long version) {
    URI next = uri.getRequestUriBuilder().replaceQueryParam("before", version).build();
    return next.getRawPath() + "?" + next.getRawQuery();
  }
}
