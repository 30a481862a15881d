package io.postern.certificate.api;

import io.postern.api.ApiError;
import io.postern.certificate.anchors.AnchorQuery;
import io.postern.certificate.anchors.DefaultAnchors;
import io.postern.check.RootCheck;
import io.postern.check.report.ReportJson;
import io.postern.check.report.RootReport;
import io.quarkus.security.Authenticated;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Which of the default anchors are meant (S10)? */
@Path("/api/v1/trust-anchors")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "trust")
public class TrustAnchorsResource {
  private final DefaultAnchors defaults;

  TrustAnchorsResource(DefaultAnchors defaults) {
    this.defaults = defaults;
  }

  @GET
  @Operation(
      summary = "The default anchors of a name or with a fingerprint; if none, what to install",
      description = "At most 50 are listed. Since when one is trusted: ask for its fingerprint.")
  @APIResponse(
      responseCode = "200",
      description = "Found or not: see \"ok\"",
      content = @Content(schema = @Schema(implementation = RootReport.class)))
  @APIResponse(
      responseCode = "400",
      description = "Not exactly one of the two, or none that can be looked for",
      content = @Content(schema = @Schema(implementation = ApiError.class)))
  public Response find(
      @Parameter(description = "A part of the subject, in either case") @QueryParam("name")
          @Nullable String name,
      @Parameter(description = "SHA-256 or SHA-1, hexadecimal, with or without colons")
          @QueryParam("fingerprint")
          @Nullable String fingerprint) {
    try {
      if (name != null && fingerprint == null) {
        return found(name, AnchorQuery.name(name));
      }
      if (fingerprint != null && name == null) {
        return found(fingerprint, AnchorQuery.fingerprint(fingerprint));
      }
      return wrong("write either ?name= or ?fingerprint=");
    } catch (IllegalArgumentException e) {
      return wrong((name == null ? "fingerprint: " : "name: ") + e.getMessage());
    }
  }

  private Response found(String shown, AnchorQuery query) {
    return Response.ok(ReportJson.of(RootCheck.find(shown, query, defaults.current()))).build();
  }

  private static Response wrong(String message) {
    return Response.status(Response.Status.BAD_REQUEST).entity(new ApiError(message)).build();
  }
}
