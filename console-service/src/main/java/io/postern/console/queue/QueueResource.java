package io.postern.console.queue;

import io.postern.api.Caller;
import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.console.sight.Sight;
import io.postern.console.store.ReadModel;
import io.postern.console.store.ReadTo;
import io.postern.contracts.v1.ControlKind;
import io.postern.log.LogSettings;
import io.postern.log.sending.ControlWriter;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The API of mail that waits or is held (docs/guides/queue.md). */
@Path("/api/v1/queue")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "queue", description = "The queue: waiting and held mail")
public class QueueResource {
  private static final int MOST = 500;
  private static final int CONFLICT = 409;
  private static final int ACCEPTED = 202;

  private final ReadModel model;
  private final Caller caller;
  private final QueueControls controls;

  QueueResource(ReadModel model, Caller caller, LogSettings log) {
    this.model = model;
    this.caller = caller;
    this.controls = new QueueControls(new ControlWriter(log));
  }

  @GET
  @RunOnVirtualThread
  @Operation(
      summary = "Queued recipients, oldest first",
      description =
          "With reason, age and next attempt. A reader of an organization sees the recipients that "
              + "its own connectors decide.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = QueuePage.class)))
  public QueuePage list(@BeanParam QueueParameters parameters, @Context UriInfo uri) {
    QueueFilter filter = readable(parameters.filter());
    int limit = limit(parameters.limit);
    Instant now = Instant.now();
    return model.use(
        connection -> {
          List<QueuePage.Recipient> found =
              QueueReader.page(
                  connection,
                  filter.conditions(caller.organizations(), now),
                  parameters.after,
                  limit + 1);
          boolean more = found.size() > limit;
          List<QueuePage.Recipient> shown = more ? found.subList(0, limit) : found;
          long total =
              more || !parameters.after.isEmpty()
                  ? QueueReader.count(connection, filter.conditions(caller.organizations(), now))
                  : shown.size();
          return new QueuePage(
              shown, total, more ? next(uri, shown.getLast()) : null, ReadTo.of(connection));
        });
  }

  @GET
  @Path("/groups")
  @RunOnVirtualThread
  @Operation(
      summary = "The queue, grouped: counts, ages and next attempts",
      description = "By route, also the state of the next hop as seen by delivery-service.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = QueueGroups.class)))
  public QueueGroups groups(
      @BeanParam QueueParameters parameters,
      @Parameter(
              description = "reason, route, connector, organization, state, toDomain or fromDomain")
          @QueryParam("by")
          @DefaultValue("reason")
          String by) {
    QueueFilter filter = readable(parameters.filter());
    int limit = limit(parameters.limit);
    return model.use(
        connection ->
            QueueReader.groups(
                connection,
                filter.conditions(caller.organizations(), Instant.now()),
                by,
                limit,
                Sight.of(caller)));
  }

  @POST
  @Path("/controls")
  @Consumes(MediaType.APPLICATION_JSON)
  @RunOnVirtualThread
  @Operation(
      summary = "Holds, releases, retries or cancels all mail that matches a filter",
      description =
          "First a dry run, which counts. Then the same with `expect`, the count that the "
              + "administrator has seen: if more mail matches by then, nothing is done. At most "
              + "50,000 recipients per call; the response says how many remain.")
  @APIResponse(
      responseCode = "200",
      description = "Counted (dry run), or no mail matches",
      content = @Content(schema = @Schema(implementation = QueueControlAnswer.class)))
  @APIResponse(
      responseCode = "202",
      description = "Accepted; the trace of each message shows the result",
      content = @Content(schema = @Schema(implementation = QueueControlAnswer.class)))
  @APIResponse(
      responseCode = "409",
      description = "More mail matches than expected; nothing was done")
  public Response control(
      @Nullable QueueControl request,
      @Parameter(description = "Count only") @QueryParam("dryRun") @DefaultValue("false")
          boolean dryRun) {
    if (request == null || request.filter() == null || request.filter().isEmpty()) {
      throw ProblemException.badRequest(
          "/filter",
          "A request for the whole queue needs a condition.",
          "Write {\"filter\": {\"state\": \"held\"}}, or another condition.");
    }
    ControlKind kind = QueueControls.kind(request.action());
    QueueFilter filter = readable(request.filter());
    Optional<Set<String>> mine = changeable(filter);
    Instant now = Instant.now();
    QueueControlAnswer counted =
        model.use(connection -> QueueControls.count(connection, filter.conditions(mine, now)));
    if (dryRun || counted.recipients() == 0) {
      return Response.ok(counted).build();
    }
    Long expect = request.expect();
    if (expect == null) {
      throw ProblemException.badRequest(
          "/expect",
          "The number of recipients that you expect is missing.",
          "Ask with dryRun=true first, and write its number of recipients.");
    }
    refuseMore(counted.recipients(), expect);
    QueueControls.Selection selection =
        model.use(
            connection ->
                QueueControls.select(
                    connection,
                    filter.conditions(mine, now),
                    counted.recipients(),
                    caller.rights().changes().isPresent()));
    // Mail may have come between the count and this.
    refuseMore(selection.recipients(), expect);
    boolean notice = !Boolean.FALSE.equals(request.notice());
    List<String> ids = controls.publish(selection.controls(), kind, notice, caller.name());
    return Response.status(ACCEPTED)
        .entity(
            new QueueControlAnswer(
                false,
                selection.recipients(),
                selection.messages(),
                selection.left(),
                ids,
                counted.readTo()))
        .build();
  }

  private static void refuseMore(long found, long expected) {
    if (found > expected) {
      throw new ProblemException(
          Problem.of(
              CONFLICT,
              "More than expected",
              "The filter matches %d recipients, and %d were expected: nothing was done."
                  .formatted(found, expected)));
    }
  }

  private QueueFilter readable(QueueFilter filter) {
    String organization = filter.organization();
    if (organization != null && !organization.isEmpty()) {
      caller.requireRead(organization, "organization " + organization);
    }
    return filter;
  }

  /** Whose mail the caller may change; empty: all. Reading all is not changing all. */
  private Optional<Set<String>> changeable(QueueFilter filter) {
    String organization = filter.organization();
    if (organization != null && !organization.isEmpty()) {
      caller.requireChange(organization, "organization " + organization);
      return Optional.of(Set.of(organization));
    }
    Optional<Set<String>> mine = caller.rights().changes();
    if (mine.isPresent() && mine.get().isEmpty()) {
      throw ProblemException.forbidden("You may read mail, but not control it.");
    }
    return mine;
  }

  private static int limit(int given) {
    if (given < 1 || given > MOST) {
      throw ProblemException.badRequest(
          "limit", given + " entries cannot be shown.", "Write a number from 1 to " + MOST + ".");
    }
    return given;
  }

  private static String next(UriInfo uri, QueuePage.Recipient last) {
    URI next =
        uri.getRequestUriBuilder().replaceQueryParam("after", QueueReader.Place.of(last)).build();
    return next.getRawPath() + "?" + next.getRawQuery();
  }
}
