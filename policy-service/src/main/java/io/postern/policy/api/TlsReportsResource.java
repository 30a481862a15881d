package io.postern.policy.api;

import io.postern.api.ApiError;
import io.postern.contracts.v1.TlsReportReceived;
import io.postern.names.DomainNames;
import io.postern.policy.tlsrpt.ReceivedReports;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The API of reports about TLS that others have sent us (docs/tls-reports.md). */
@Path("/api/v1/tls-reports")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "tls-reports", description = "What other senders report of their TLS with our hosts")
public class TlsReportsResource {
  private static final int MOST = 500;
  private static final int MOST_DAYS = 400;

  private final ReceivedReports reports;

  TlsReportsResource(ReceivedReports reports) {
    this.reports = reports;
  }

  @GET
  @RunOnVirtualThread
  @Operation(
      summary = "Reports about TLS with our mail hosts, the newest first",
      description =
          "A report is a stranger's word: its DKIM signature is not verified. At most 500 are"
              + " shown.")
  @APIResponse(responseCode = "200")
  @APIResponse(
      responseCode = "503",
      description = "The log is away",
      content = @Content(schema = @Schema(implementation = ApiError.class)))
  public List<TlsReportView> list(
      @Parameter(description = "Of this domain and its hosts; without it of all")
          @QueryParam("domain")
          @DefaultValue("")
          String domain,
      @Parameter(description = "That came within so many days")
          @QueryParam("days")
          @DefaultValue("30")
          int days)
      throws UnavailableException, InterruptedException {
    long since =
        System.currentTimeMillis() - Duration.ofDays(Math.clamp(days, 1, MOST_DAYS)).toMillis();
    List<TlsReportReceived> all = reports.of(DomainNames.normal(domain), since);
    if (all == null) {
      throw new UnavailableException(
          UnavailableException.UNAVAILABLE,
          "the log has not been read to its end within 10 s",
          null);
    }
    return all.stream().limit(MOST).map(TlsReportView::of).toList();
  }
}
