package io.postern.certificate.api;

import io.postern.api.Caller;
import io.postern.api.CallerPlaces;
import io.postern.api.ProblemException;
import io.postern.bounds.Bound;
import io.postern.bounds.Share;
import io.postern.certificate.dns.DnsReport;
import io.postern.certificate.dns.OwnDns;
import io.postern.certificate.dns.OwnDnsException;
import io.postern.certificate.dns.OwnRecordsWatch;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Our own domains in the DNS. Each look waits for the DNS, in a place of its caller. */
@Path("/api/v1/dns")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "dns", description = "DNS records of the installation's domains")
public class DnsResource {
  private final OwnDns own;
  private final OwnRecordsWatch watch;
  private final Caller caller;
  private final CallerPlaces places = new CallerPlaces(Bound.DNS_CHECKS);

  DnsResource(OwnDns own, OwnRecordsWatch watch, Caller caller) {
    this.own = own;
    this.caller = caller;
    this.watch = watch;
  }

  @GET
  @Operation(
      summary = "Result of this replica's last check of the records of all domains",
      description = "Without \"at\": no check has run; it needs postern.own.mx-hosts.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = OwnRecordsWatch.Look.class)))
  public OwnRecordsWatch.Look last() {
    if (caller.organizations().isPresent()) { // they are the domains of all organizations
      throw ProblemException.forbidden(
          "The list needs a role for all organizations: ask for one domain.");
    }
    return watch.last();
  }

  @GET
  @Path("{name}")
  @RunOnVirtualThread
  @Operation(
      summary = "The records that a domain or MX host of the installation needs, and those it has",
      description =
          "MX, addresses, DNSSEC, TLSA of current and coming keys, MTA-STS, TLS-RPT: each with its "
              + "state, and the lines of a zone file that fix it.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = DnsReport.class)))
  @APIResponse(
      responseCode = "404",
      description = "Neither an accepted domain nor an MX host of the installation")
  @APIResponse(
      responseCode = "429",
      description = "Two checks of the caller or of its organizations are running")
  @APIResponse(
      responseCode = "503",
      description = "Too many checks at a time, or Kafka is unavailable")
  public Response of(
      @Parameter(description = "an accepted domain, or an MX host of the installation")
          @PathParam("name")
          String name)
      throws InterruptedException {
    try (Share.Held place = places.take(caller)) {
      String organization = own.organization(name);
      if (!organization.isEmpty()) {
        caller.requireRead(organization, "accepted domain or MX host " + name);
      }
      return Response.ok(own.of(name)).build();
    } catch (OwnDnsException e) {
      return Errors.response(
          e.isLater() ? Response.Status.SERVICE_UNAVAILABLE : Response.Status.NOT_FOUND,
          String.valueOf(e.getMessage()));
    }
  }
}
