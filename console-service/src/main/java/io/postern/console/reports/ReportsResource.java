package io.postern.console.reports;

import io.postern.api.Caller;
import io.postern.api.ProblemException;
import io.postern.api.Times;
import io.postern.console.sight.Sight;
import io.postern.console.store.ReadModel;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The API of reports (docs/guides/reports.md). */
@Path("/api/v1/reports")
@Authenticated
@Tag(name = "reports", description = "Tables by day: TLS by connector, transit security, failures")
public class ReportsResource {
  private static final int MOST_ROWS = 10_000;
  private static final String TEXT_CSV = "text/csv";

  private final ReadModel model;
  private final Caller caller;

  ReportsResource(ReadModel model, Caller caller) {
    this.model = model;
    this.caller = caller;
  }

  @GET
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(summary = "The names of the reports")
  public List<String> list() {
    return ReportKind.words();
  }

  @GET
  @Path("/{name}")
  @Produces({MediaType.APPLICATION_JSON, TEXT_CSV})
  @RunOnVirtualThread
  @Operation(
      summary = "A report, by day",
      description =
          "inbound, outbound (TLS by connector), blocked, plaintext-domains, failures,"
              + " foreign-senders, own-domains-elsewhere (mail that other organizations here sent"
              + " from your domains; sentBy: the organization, if your domain allows it), refused, report-only (what connectors in that mode would have"
              + " done, each row with a search that finds at least its mail). An organization's reader sees the mail about which its"
              + " own connectors decided. At most 10,000 rows.")
  @APIResponse(
      responseCode = "200",
      content = {
        @Content(
            mediaType = MediaType.APPLICATION_JSON,
            schema = @Schema(implementation = Report.class)),
        @Content(mediaType = TEXT_CSV, schema = @Schema(implementation = String.class))
      })
  public Response read(
      @PathParam("name") String name,
      @Parameter(description = "Organization of the mail (default: all that you may read)")
          @QueryParam("organization")
          @DefaultValue("")
          String organization,
      @Parameter(description = "First day, or how long ago: 7d, which is the default")
          @QueryParam("since")
          @DefaultValue("7d")
          String since,
      @Parameter(description = "Last day; by default today") @QueryParam("until") @DefaultValue("")
          String until,
      @Context HttpHeaders headers) {
    Report report = report(name, organization, since, until);
    // Who takes anything gets JSON.
    MediaType csv = MediaType.valueOf(TEXT_CSV);
    return headers.getAcceptableMediaTypes().stream()
            .anyMatch(accepted -> !accepted.isWildcardType() && accepted.isCompatible(csv))
        ? Response.ok(report.csv(), csv.withCharset("utf-8")).build()
        : Response.ok(report, MediaType.APPLICATION_JSON_TYPE).build();
  }

  /** The same for the pages. */
  public Report report(String name, String organization, String since, String until) {
    ReportKind kind =
        ReportKind.of(name).orElseThrow(() -> ProblemException.notFound("report " + name));
    if (!organization.isEmpty()) {
      caller.requireRead(organization, "organization " + organization);
    }
    Instant now = Instant.now();
    LocalDate first = day(Times.parse("since", since, now));
    LocalDate last = until.isEmpty() ? day(now) : day(Times.parse("until", until, now));
    Sight sight = Sight.of(caller);
    return model.use(
        connection ->
            ReportReader.read(connection, kind, first, last, organization, sight, MOST_ROWS));
  }

  private static LocalDate day(Instant time) {
    return time.atOffset(ZoneOffset.UTC).toLocalDate();
  }
}
