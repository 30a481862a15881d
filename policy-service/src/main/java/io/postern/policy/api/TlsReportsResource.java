package io.postern.policy.api;

import io.postern.api.Caller;
import io.postern.api.ProblemException;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.TlsReportReceived;
import io.postern.names.DomainNames;
import io.postern.policy.directory.CurrentDirectory;
import io.postern.policy.tlsrpt.ReceivedReports;
import io.postern.policy.tlsrpt.SentReports;
import io.postern.rules.Directory;
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
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The API of reports about TLS, others' and our own (docs/guides/reports.md). */
@Path("/api/v1/tls-reports")
@Authenticated
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
@Tag(
    name = "tls-reports",
    description = "TLS reports received from other senders, and TLS reports sent")
public class TlsReportsResource {
  private static final int MOST = 500;
  private static final int MOST_DAYS = 400;

  private final ReceivedReports reports;
  private final SentReports sent;
  private final CurrentDirectory current;
  private final Caller caller;

  TlsReportsResource(
      ReceivedReports reports, SentReports sent, CurrentDirectory current, Caller caller) {
    this.reports = reports;
    this.sent = sent;
    this.current = current;
    this.caller = caller;
  }

  @GET
  @Operation(
      summary = "TLS reports about this installation's mail hosts, newest first",
      description =
          "Reports are not authenticated: the DKIM signature is not verified. At most 500 are "
              + "shown.")
  public List<TlsReportView> list(
      @Parameter(description = "Domain, with its hosts (default: all)")
          @QueryParam("domain")
          @DefaultValue("")
          String domain,
      @Parameter(description = "Received within this many days")
          @QueryParam("days")
          @DefaultValue("30")
          int days)
      throws InterruptedException {
    long since =
        System.currentTimeMillis() - Duration.ofDays(Math.clamp(days, 1, MOST_DAYS)).toMillis();
    List<TlsReportReceived> all = reports.of(DomainNames.normal(domain), since);
    if (all == null) {
      throw notRead();
    }
    Optional<Set<String>> mine = caller.organizations();
    if (mine.isEmpty()) {
      return all.stream().limit(MOST).map(TlsReportView::of).toList();
    }
    Directory directory = current.get();
    return all.stream()
        .map(report -> of(report, mine.get(), directory))
        .filter(report -> report.getPoliciesCount() > 0)
        .limit(MOST)
        .map(TlsReportView::of)
        .toList();
  }

  @GET
  @Path("sent")
  @Operation(
      summary = "Reports that were sent, newest day first",
      description =
          "For operators: a report covers the whole installation. Of the last three days, at most "
              + "500; the trace of a message shows its result.")
  public List<TlsReportSentView> sent(
      @Parameter(description = "Domain (default: all)") @QueryParam("domain") @DefaultValue("")
          String domain)
      throws InterruptedException {
    caller.requireOperator();
    List<SentReports.Sent> all = sent.of(DomainNames.normal(domain));
    if (all == null) {
      throw notRead();
    }
    return all.stream().limit(MOST).map(TlsReportSentView::of).toList();
  }

  private static ProblemException notRead() {
    return ProblemException.unavailable("Kafka was not completely read within 10 s.");
  }

  /** The report with its policies of the organizations' domains alone (G8). */
  private static TlsReportReceived of(
      TlsReportReceived report, Set<String> organizations, Directory directory) {
    return report.toBuilder()
        .clearPolicies()
        .addAllPolicies(
            report.getPoliciesList().stream()
                .filter(policy -> isOf(policy.getDomain(), organizations, directory))
                .toList())
        .build();
  }

  /** The policy domain of DANE is a host: that of the nearest accepted domain above it. */
  private static boolean isOf(String policy, Set<String> organizations, Directory directory) {
    for (String name = policy; !name.isEmpty(); name = name.substring(name.indexOf('.') + 1)) {
      Optional<AcceptedDomain> domain = directory.acceptedDomain(name);
      if (domain.isPresent()) {
        return organizations.contains(domain.get().getOrganization());
      }
      if (name.indexOf('.') < 0) {
        return false;
      }
    }
    return false;
  }
}
