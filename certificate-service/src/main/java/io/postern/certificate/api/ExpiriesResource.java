package io.postern.certificate.api;

import io.postern.api.Caller;
import io.postern.api.Rights;
import io.postern.certificate.expiry.CertificateEnd;
import io.postern.certificate.expiry.ExpiringCertificate;
import io.postern.certificate.expiry.ExpiryWatch;
import io.quarkus.security.Authenticated;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Certificates near their end: our own, partners' that were seen, trust anchors. */
@Path("/api/v1/expiring-certificates")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "expiry", description = "Certificates that expire soon")
public class ExpiriesResource {
  private static final int MOST_DAYS = 3650;
  private static final int MOST = 5000;

  private final ExpiryWatch watch;
  private final InstantSource clock;
  private final Caller caller;

  ExpiriesResource(ExpiryWatch watch, InstantSource clock, Caller caller) {
    this.watch = watch;
    this.caller = caller;
    this.clock = clock;
  }

  /**
   * @param total how many there are
   * @param certificates the nearest end first, at most 5,000
   */
  public record Answer(int withinDays, int total, List<ExpiringCertificate> certificates) {}

  @GET
  @Operation(
      summary = "Certificates that expire within some days, or have expired",
      description =
          "The installation's certificates, those of partners presented within 30 days with "
              + "connector and peer, and all trust anchors.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = Answer.class)))
  @APIResponse(responseCode = "400")
  @APIResponse(
      responseCode = "503",
      description = "The certificates, or the traffic records, have not been read yet")
  public Response expiring(
      @Parameter(description = "1 to 3650") @QueryParam("withinDays") @DefaultValue("60")
          int withinDays) {
    if (withinDays < 1 || withinDays > MOST_DAYS) {
      return Errors.response(
          Response.Status.BAD_REQUEST, "withinDays is " + withinDays + ": write 1 to " + MOST_DAYS);
    }
    return watch
        .within(withinDays, clock.instant())
        .map(endings -> seen(endings, caller.rights()))
        .map(endings -> Response.ok(answer(withinDays, endings)).build())
        .orElseGet(
            () ->
                Errors.response(
                    Response.Status.SERVICE_UNAVAILABLE,
                    "the certificates and the traffic records have not been read from Kafka yet: "
                        + "try again"));
  }

  /** With the uses alone that the caller may see, and without certificates of no such use (G8). */
  private static List<CertificateEnd> seen(List<CertificateEnd> endings, Rights rights) {
    return rights.reads().isEmpty()
        ? endings
        : endings.stream()
            .map(ending -> ending.where(place -> mayRead(place, rights)))
            .filter(ending -> !ending.where().isEmpty())
            .toList();
  }

  /** Ours are published; the rest is "ORG / CONNECTOR: PEER" or "anchors ORG/NAME". */
  static boolean mayRead(String place, Rights rights) {
    int connector = place.indexOf(" / ");
    if (connector >= 0) { // before the others: an organization's id may be one of their words
      return rights.mayRead(place.substring(0, connector));
    }
    if (place.startsWith("server ") || place.equals("anchors default")) {
      return true;
    }
    String organization =
        place.substring(0, Math.max(place.indexOf('/'), 0)).replaceFirst("^(anchors|client) ", "");
    return rights.mayRead(organization);
  }

  private static Answer answer(int withinDays, List<CertificateEnd> endings) {
    List<ExpiringCertificate> shown =
        endings.stream()
            .limit(MOST)
            .map(CertificateEnd::expiring)
            .flatMap(Optional::stream)
            .toList();
    return new Answer(withinDays, endings.size(), shown);
  }
}
