package io.postern.policy.partner;

import io.postern.api.Caller;
import io.postern.api.ProblemException;
import io.postern.contracts.v1.ProbeRequest;
import io.postern.policy.change.Author;
import io.postern.policy.change.Changed;
import io.postern.policy.directory.CurrentDirectory;
import io.postern.rules.Directory;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The API of forced TLS with a partner (docs/guides/forced-tls-with-a-partner.md). */
@Path("/api/v1/organizations/{organization}/partners/{domain}")
@Authenticated
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "partners", description = "Validation of connectors, and forced TLS with a partner")
public class PartnerResource {
  private static final String SOURCE = "secure-partner";

  private final CurrentDirectory directory;
  private final SeenPeers seen;
  private final SecurePartner securing;
  private final Caller caller;

  PartnerResource(
      CurrentDirectory directory, SeenPeers seen, SecurePartner securing, Caller caller) {
    this.directory = directory;
    this.seen = seen;
    this.securing = securing;
    this.caller = caller;
  }

  /** POST: a browser reads on the word of any page, and this connects to hosts. */
  @POST
  @Path("/look")
  @Operation(
      summary = "Proposes values for forced TLS with a partner",
      description =
          "delivery-service checks the partner's DNS and mail hosts, in at most a minute, and "
              + "sends no mail. Needs the role of an administrator, because it connects to other "
              + "hosts.")
  @APIResponse(responseCode = "200")
  @APIResponse(responseCode = "400", description = "Not a domain")
  public PartnerView offer(
      @PathParam("organization") String organization, @PathParam("domain") String partner) {
    caller.requireChange(organization, "organization " + organization);
    Directory before = directory.of(organization);
    String domain = SecurePair.domain(partner);
    ProbeRequest request =
        new ValidationPlan(
                PartnerOffer.without(before, organization),
                PartnerOffer.look(organization, domain),
                new ValidationRequest(null, List.of(domain), null, null))
            .request(caller.name(), false);
    ValidationView look = securing.validated(request);
    List<PartnerView.HostView> hosts = PartnerOffer.hosts(look.steps());
    List<PartnerView.SeenView> peers = seen.of(organization, domain);
    PartnerOffer offer = new PartnerOffer(domain, hosts, peers);
    return new PartnerView(
        organization,
        domain,
        look.state(),
        look.summary(),
        hosts,
        peers,
        offer.proposal(),
        offer.remarks(),
        PartnerOffer.names(SecurePair.made(before, organization, domain)));
  }

  @POST
  @Path("/secure")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Plans, checks, validates and, with consent, enforces forced TLS with a partner",
      description =
          "A pair of connectors, activated together or not at all. Without consent, nothing is "
              + "changed. The same call with consent enforces the plan.")
  @APIResponse(responseCode = "200")
  @APIResponse(
      responseCode = "409",
      description =
          "A connector with that name was created in another way, or the organization was changed "
              + "at the same time")
  @APIResponse(
      responseCode = "412",
      description = "The organization has been changed since the plan")
  @APIResponse(responseCode = "422", description = "The pair violates the rules of the directory")
  public SecureView secure(
      @PathParam("organization") String organization,
      @PathParam("domain") String partner,
      @Parameter(description = "\"seen\" of the plan") @HeaderParam(HttpHeaders.IF_MATCH)
          @Nullable String ifMatch,
      @Parameter(description = "Plan, check and validate, change nothing")
          @QueryParam("dryRun")
          @DefaultValue("false")
          boolean dryRun,
      @QueryParam("reason") @DefaultValue("") String reason,
      @Nullable SecureRequest body) {
    caller.requireChange(organization, "organization " + organization);
    if (body == null) {
      throw ProblemException.badRequest(
          "/certificateName",
          "how the partner authenticates is missing",
          "write certificateName or addresses");
    }
    return securing.secure(
        organization,
        SecurePair.domain(partner),
        body,
        ifMatch,
        Author.of(caller, SOURCE, reason),
        dryRun);
  }

  @GET
  @Path("/secure")
  @Operation(
      summary = "The connectors that were created to force TLS with a partner",
      description = "As they are now; \"seen\" as If-Match removes exactly these.")
  @APIResponse(responseCode = "200")
  @APIResponse(responseCode = "404", description = "None was created")
  public SecuredView made(
      @PathParam("organization") String organization, @PathParam("domain") String partner) {
    caller.requireRead(organization, "organization " + organization);
    String domain = SecurePair.domain(partner);
    return securing.made(organization, domain).orElseThrow(() -> notMade(domain));
  }

  @DELETE
  @Operation(
      summary = "Removes the connectors that were created to force TLS with a partner",
      description =
          "As they were read, or not at all. Mail to and from the partner is then handled by the "
              + "other connectors.")
  @APIResponse(responseCode = "200", description = "Removed, or compared (dry run)")
  @APIResponse(responseCode = "404", description = "None was created")
  @APIResponse(
      responseCode = "409",
      description =
          "A connector is not as it was created, or the organization was changed at the same time")
  @APIResponse(
      responseCode = "412",
      description = "The organization has been changed since they were read")
  public Changed undo(
      @PathParam("organization") String organization,
      @PathParam("domain") String partner,
      @Parameter(description = "\"seen\" of the connectors; *: any")
          @HeaderParam(HttpHeaders.IF_MATCH)
          @Nullable String ifMatch,
      @QueryParam("dryRun") @DefaultValue("false") boolean dryRun,
      @QueryParam("reason") @DefaultValue("") String reason) {
    caller.requireChange(organization, "organization " + organization);
    String domain = SecurePair.domain(partner);
    return securing
        .undo(organization, domain, ifMatch, Author.of(caller, SOURCE, reason), dryRun)
        .orElseThrow(() -> notMade(domain));
  }

  private static ProblemException notMade(String domain) {
    return ProblemException.notFound("connector made to force TLS with " + domain);
  }
}
