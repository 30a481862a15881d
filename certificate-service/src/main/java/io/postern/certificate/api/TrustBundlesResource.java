package io.postern.certificate.api;

import io.postern.certificate.anchors.AnchorHistory;
import io.postern.certificate.anchors.DefaultAnchors;
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
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The versions of the default trust anchors, their times and their differences (S10). */
@Path("/api/v1/trust-bundles")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "trust", description = "The roots trusted here, since when, and from where")
@APIResponse(responseCode = "503", description = "Not known yet: Kafka is unavailable")
public class TrustBundlesResource {
  static final String NOT_READ =
      "the recorded bundles have not been read yet: Kafka is unavailable";
  private static final String UNKNOWN = "there is no such version: GET /api/v1/trust-bundles";

  private final BundleLedger bundles;
  private final DefaultAnchors defaults;

  TrustBundlesResource(BundleLedger bundles, DefaultAnchors defaults) {
    this.bundles = bundles;
    this.defaults = defaults;
  }

  @GET
  @RunOnVirtualThread
  @Operation(
      summary = "The versions of the default trust anchors, newest first",
      description =
          "The newest 200 versions. \"inForce\" is the one in the replica that responds: the "
              + "first, unless another replica has other sources or a change is not recorded yet.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = BundleView.Versions.class)))
  public Response versions() {
    return answer(history -> Optional.of(BundleView.versions(history, defaults.bundle())));
  }

  @GET
  @Path("{version}")
  @RunOnVirtualThread
  @Operation(summary = "One version with all its anchors and where each came from")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = BundleView.Bundle.class)))
  @APIResponse(responseCode = "404", description = "No such version is known")
  public Response version(@PathParam("version") String version) {
    return answer(
        history ->
            history
                .version(version)
                .map(recorded -> BundleView.bundle(recorded, defaults.bundle())));
  }

  @GET
  @Path("{from}/differences/{to}")
  @RunOnVirtualThread
  @Operation(summary = "The changes from one version to another: anchors added and removed")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = BundleView.Difference.class)))
  @APIResponse(responseCode = "404", description = "One of the two is not known")
  public Response difference(@PathParam("from") String from, @PathParam("to") String to) {
    return answer(
        history ->
            history
                .version(to)
                .flatMap(
                    bundle ->
                        history
                            .difference(from, to)
                            .map(difference -> BundleView.difference(difference, bundle))));
  }

  private Response answer(Function<AnchorHistory, Optional<?>> question) {
    Optional<AnchorHistory> history = bundles.history();
    if (history.isEmpty()) {
      return Errors.response(Response.Status.SERVICE_UNAVAILABLE, NOT_READ);
    }
    return question
        .apply(history.get())
        .map(found -> Response.ok(found).build())
        .orElseGet(() -> Errors.response(Response.Status.NOT_FOUND, UNKNOWN));
  }
}
