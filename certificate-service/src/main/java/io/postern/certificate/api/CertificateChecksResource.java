package io.postern.certificate.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.postern.api.Caller;
import io.postern.api.ProblemException;
import io.postern.certificate.anchors.AnchorQuery;
import io.postern.certificate.checks.Checks;
import io.postern.check.Target;
import io.postern.check.report.Report;
import io.postern.check.report.ReportJson;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.InstantSource;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The checks whether this host is ready for a certificate (S9, S10). */
@Path("/api/v1/certificate-checks")
@Authenticated
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "checks", description = "Checks before a certificate change")
public class CertificateChecksResource {
  /** Of mail; every other one of another's host is no administrator's business. */
  private static final Set<Integer> PORTS = Set.of(24, 25, 465, 587);

  private final Checks checks;
  private final RootChecks roots;
  private final ObjectMapper json;
  private final InstantSource clock;
  private final Caller caller;

  CertificateChecksResource(
      Checks checks, RootChecks roots, ObjectMapper json, InstantSource clock, Caller caller) {
    this.caller = caller;
    this.checks = checks;
    this.roots = roots;
    this.json = json;
    this.clock = clock;
  }

  @POST
  @RunOnVirtualThread
  @Operation(
      summary = "Fetches everything that a certificate names, looks up its root, and validates it",
      description =
          "From where this service runs, with its settings and default anchors. Takes at most five "
              + "times postern.revocation.fetch-timeout. See \"ok\" for the result.")
  @APIResponse(
      responseCode = "200",
      description =
          "A Report; for caName the response of trust-anchors, and in \"seen\" a Report for the "
              + "newest two chains from that authority in the traffic",
      content = @Content(schema = @Schema(oneOf = {Report.class, TrustAnswer.class})))
  @APIResponse(responseCode = "400", description = "A field is invalid; see the error")
  @APIResponse(
      responseCode = "429",
      description =
          "Two checks of the caller or of its organizations are running, or they had more than 60 "
              + "hosts checked in an hour")
  @APIResponse(responseCode = "503", description = "Six checks are running")
  public Response check(@Nullable CheckRequest asked) throws InterruptedException {
    if (caller.rights().changes().filter(Set::isEmpty).isPresent()) {
      throw ProblemException.forbidden(
          "A check connects to other hosts from here: it needs the role of an administrator.");
    }
    CheckRequest request = asked == null ? new CheckRequest(null, null, null, null) : asked;
    try {
      request.checkFields();
      String caName = request.caName();
      if (caName != null) {
        return Response.ok(ofAuthority(caName)).build();
      }
      Target target = request.target();
      if (target instanceof Target.Host host
          && !PORTS.contains(host.port())
          && !caller.isOperator()) {
        throw ProblemException.forbidden(
            "Only an operator has hosts checked at ports other than 24, 25, 465 and 587.");
      }
      Report report = checks.check(caller.holder(), target, request.certificateRole());
      return Response.ok(ReportJson.of(report)).build();
    } catch (IllegalArgumentException e) {
      return Errors.response(Response.Status.BAD_REQUEST, String.valueOf(e.getMessage()));
    }
  }

  // The root check's answer, and the results for the endpoints of chains that were seen.
  private ObjectNode ofAuthority(String caName) throws InterruptedException {
    ObjectNode answer =
        json.valueToTree(roots.now(null).find(caName.strip(), AnchorQuery.name(caName)));
    ArrayNode seen = answer.putArray("seen");
    if (caller.organizations().isEmpty()) { // of any organization's traffic
      for (Report report : checks.ofAuthority(caller.holder(), caName, clock.instant())) {
        seen.add(ReportJson.of(report));
      }
    }
    return answer;
  }
}
