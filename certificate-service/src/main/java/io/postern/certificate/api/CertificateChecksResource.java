package io.postern.certificate.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.postern.api.ApiError;
import io.postern.certificate.anchors.AnchorQuery;
import io.postern.certificate.checks.Checks;
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
import java.util.Optional;
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
@Tag(name = "checks", description = "Preparing for a new certificate")
public class CertificateChecksResource {
  private final Checks checks;
  private final RootChecks roots;
  private final ObjectMapper json;
  private final InstantSource clock;

  CertificateChecksResource(
      Checks checks, RootChecks roots, ObjectMapper json, InstantSource clock) {
    this.checks = checks;
    this.roots = roots;
    this.json = json;
    this.clock = clock;
  }

  @POST
  @RunOnVirtualThread
  @Operation(
      summary = "Asks all that a certificate names, looks for its root, and judges it",
      description =
          "From where this service runs, with its settings and default anchors. Takes at most five"
              + " times postern.revocation.fetch-timeout. Not OK is an answer too: see \"ok\".")
  @APIResponse(
      responseCode = "200",
      description =
          "Done: a Report; for caName the answer of trust-anchors, and in \"seen\" a Report for the"
              + " newest two chains with that authority that were seen in traffic",
      content = @Content(schema = @Schema(oneOf = {Report.class, TrustAnswer.class})))
  @APIResponse(
      responseCode = "400",
      description = "A field is wrong; the error names it",
      content = @Content(schema = @Schema(implementation = ApiError.class)))
  @APIResponse(
      responseCode = "503",
      description = "Four checks are being done",
      content = @Content(schema = @Schema(implementation = ApiError.class)))
  public Response check(@Nullable CheckRequest asked) throws InterruptedException {
    CheckRequest request = asked == null ? new CheckRequest(null, null, null, null) : asked;
    try {
      request.checkFields();
      String caName = request.caName();
      if (caName != null) {
        return Response.ok(ofAuthority(caName)).build();
      }
      Optional<Report> report = checks.check(request.target(), request.certificateRole());
      return report.isPresent()
          ? Response.ok(ReportJson.of(report.get())).build()
          : Errors.response(
              Response.Status.SERVICE_UNAVAILABLE,
              Checks.AT_ONCE + " checks are being done; try again in some seconds");
    } catch (IllegalArgumentException e) {
      return Errors.response(Response.Status.BAD_REQUEST, String.valueOf(e.getMessage()));
    }
  }

  // The root check's answer, and the results for the endpoints of chains that were seen.
  private ObjectNode ofAuthority(String caName) throws InterruptedException {
    ObjectNode answer =
        json.valueToTree(roots.now(null).find(caName.strip(), AnchorQuery.name(caName)));
    ArrayNode seen = answer.putArray("seen");
    for (Report report : checks.ofAuthority(caName, clock.instant())) {
      seen.add(ReportJson.of(report));
    }
    return answer;
  }
}
