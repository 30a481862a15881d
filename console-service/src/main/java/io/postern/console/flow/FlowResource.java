package io.postern.console.flow;

import io.postern.api.Caller;
import io.postern.api.ProblemException;
import io.postern.api.Times;
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
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The API of mail over time (docs/guides/reports.md). */
@Path("/api/v1/flow")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "reports")
public class FlowResource {
  private static final long MOST_STEPS = 800;

  private final ReadModel model;
  private final Caller caller;

  FlowResource(ReadModel model, Caller caller) {
    this.model = model;
    this.caller = caller;
  }

  @GET
  @RunOnVirtualThread
  @Operation(
      summary = "Recipients of inbound and outbound mail over time, by TLS, and refusals by rule",
      description =
          "By hour or day (UTC) of acceptance; outbound mail in its present state. A reader of an "
              + "organization sees the mail that its own connectors decided. Mail between two "
              + "organizations is counted once. At most 800 steps.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = Flow.class)))
  public Flow read(
      @Parameter(description = "Organization of the mail (default: all that you may read)")
          @QueryParam("organization")
          @DefaultValue("")
          String organization,
      @Parameter(description = "RFC 3339, a date, or how long ago: 24h, which is the default")
          @QueryParam("since")
          @DefaultValue("24h")
          String since,
      @Parameter(description = "The same; by default now") @QueryParam("until") @DefaultValue("")
          String until,
      @Parameter(description = "hour or day") @QueryParam("step") @DefaultValue("hour")
          String step) {
    if (!organization.isEmpty()) {
      caller.requireRead(organization, "organization " + organization);
    }
    long hours = hours(step);
    Instant now = Instant.now();
    // The step of the first and of the last moment count whole.
    long first = step(Times.parse("since", since, now), hours);
    long last = step(until.isEmpty() ? now : Times.parse("until", until, now), hours);
    if (last < first || last - first >= MOST_STEPS) {
      throw ProblemException.badRequest(
          "since",
          "The time has no step, or more than " + MOST_STEPS + ".",
          "Write a time before until, or step=day.");
    }
    FlowReader.Span span =
        new FlowReader.Span(
            first * hours, (last + 1) * hours, hours, organization, Sight.of(caller));
    return model.use(
        connection ->
            new Flow(
                at(span.first()),
                at(span.behind()),
                step,
                FlowReader.in(connection, span),
                FlowReader.out(connection, span),
                FlowReader.refused(connection, span),
                ReadTo.of(connection)));
  }

  private static long hours(String step) {
    return switch (step) {
      case "hour" -> 1;
      case "day" -> TimeUnit.DAYS.toHours(1);
      default ->
          throw ProblemException.badRequest(
              "step", "\"" + step + "\" is not a valid step.", "Write hour or day.");
    };
  }

  private static long step(Instant time, long hours) {
    return Math.floorDiv(time.getEpochSecond(), TimeUnit.HOURS.toSeconds(hours));
  }

  private static String at(long hour) {
    return Instant.ofEpochSecond(TimeUnit.HOURS.toSeconds(hour)).toString();
  }
}
