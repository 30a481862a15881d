package io.postern.certificate.api;

import io.postern.api.Caller;
import io.postern.api.ProblemException;
import io.postern.certificate.mtasts.PolicyView;
import io.postern.certificate.mtasts.StsPolicies;
import io.postern.names.DomainNames;
import io.quarkus.security.Authenticated;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The MTA-STS policies of other domains, as they were fetched. */
@Path("/api/v1/mta-sts-policies")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "mta-sts", description = "Policies of other domains (RFC 8461)")
public class MtaStsPoliciesResource {
  private static final int MOST = 1000;

  private final StsPolicies policies;
  private final Caller caller;

  MtaStsPoliciesResource(StsPolicies policies, Caller caller) {
    this.policies = policies;
    this.caller = caller;
  }

  /**
   * @param total how many there are
   * @param policies at most 1,000, those that fail first
   */
  public record Answer(int total, List<PolicyView> policies) {}

  @GET
  @Operation(
      summary = "The policies of all queried domains",
      description =
          "Those in force whose last fetch failed come first, then other failures; at most 1,000.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = Answer.class)))
  @APIResponse(responseCode = "503", description = "The policies have not been read yet")
  public Response all() {
    if (caller.organizations().isPresent()) { // they are domains that any organization sends to
      throw ProblemException.forbidden(
          "The list needs a role for all organizations: ask for one domain.");
    }
    if (!policies.isRead()) {
      return unread();
    }
    List<PolicyView> all = policies.all();
    return Response.ok(new Answer(all.size(), all.stream().limit(MOST).toList())).build();
  }

  private static Response unread() {
    return Errors.response(
        Response.Status.SERVICE_UNAVAILABLE,
        "the policies have not been read from Kafka yet: try again");
  }

  @GET
  @Path("/{domain}")
  @Operation(
      summary = "The policy of a domain",
      description = "The newest fetched policy, and the reason if the last fetch failed.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = PolicyView.class)))
  @APIResponse(responseCode = "400")
  @APIResponse(
      responseCode = "404",
      description = "No policy of it was queried, or it expired more than a week ago")
  @APIResponse(responseCode = "503", description = "The policies have not been read yet")
  public Response policy(@PathParam("domain") String domain) {
    // A policy is known because somebody here mails the domain.
    caller.requireOperator();
    String name = DomainNames.aLabels(domain);
    if (name == null || !StsPolicies.isPolicyDomain(name)) {
      return Errors.response(
          Response.Status.BAD_REQUEST,
          "the domain is not a domain name: write the part of an address after the @");
    }
    if (!policies.isRead()) {
      return unread();
    }
    return policies
        .state(name)
        .map(view -> Response.ok(view).build())
        .orElseGet(
            () ->
                Errors.response(
                    Response.Status.NOT_FOUND,
                    "no policy of "
                        + name
                        + " is known: it is queried when mail is sent to a domain whose record "
                        + "_mta-sts."
                        + name
                        + " announces one"));
  }
}
