package io.postern.certificate.api;

import io.postern.api.ApiError;
import io.postern.certificate.anchors.AnchorHistory;
import io.postern.certificate.anchors.DefaultAnchors;
import io.postern.certificate.answers.AnchorSettings;
import io.postern.certificate.bundles.BundleLedger;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Is this root trusted here (S10)? */
@Path("/api/v1/trust-anchors/{fingerprint}")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "trust")
public class TrustAnchorResource {
  private final BundleLedger bundles;
  private final DefaultAnchors defaults;
  private final RootCheck check;

  TrustAnchorResource(BundleLedger bundles, DefaultAnchors defaults, AnchorSettings settings) {
    this.bundles = bundles;
    this.defaults = defaults;
    this.check = new RootCheck(settings);
  }

  @GET
  @RunOnVirtualThread
  @Operation(
      summary = "Is this root trusted here, since when, by which bundle; if not, what to do",
      description =
          "About the installation's default anchors. \"since\" is when the first version of the"
              + " unbroken run came in force that has it.")
  @APIResponse(
      responseCode = "200",
      description = "Trusted or not",
      content = @Content(schema = @Schema(implementation = RootCheck.Answer.class)))
  @APIResponse(
      responseCode = "400",
      description = "No fingerprint",
      content = @Content(schema = @Schema(implementation = ApiError.class)))
  @APIResponse(
      responseCode = "503",
      description = "Not known yet: the log is away",
      content = @Content(schema = @Schema(implementation = ApiError.class)))
  public Response check(
      @Parameter(description = "SHA-256 or SHA-1, hexadecimal, with or without colons")
          @PathParam("fingerprint")
          String fingerprint) {
    Optional<AnchorHistory> history = bundles.history();
    if (history.isEmpty()) {
      return Response.status(Response.Status.SERVICE_UNAVAILABLE)
          .entity(new ApiError(TrustBundlesResource.NOT_READ))
          .build();
    }
    try {
      return Response.ok(check.answer(fingerprint, history.get(), defaults.bundle())).build();
    } catch (IllegalArgumentException e) {
      return Response.status(Response.Status.BAD_REQUEST)
          .entity(new ApiError(String.valueOf(e.getMessage())))
          .build();
    }
  }
}
