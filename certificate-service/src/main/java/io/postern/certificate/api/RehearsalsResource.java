package io.postern.certificate.api;

import io.postern.api.Caller;
import io.postern.api.CallerPlaces;
import io.postern.bounds.Bound;
import io.postern.bounds.Share;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.rehearsal.Rehearsal;
import io.postern.certificate.rehearsal.RehearsalException;
import io.postern.certificate.rehearsal.Rehearsals;
import io.postern.check.CertificateFile;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Rehearsals of a change of certificate. Each may wait for revocation, in a caller's place. */
@Path("/api/v1/certificate-rehearsals")
@Authenticated
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "rehearsal", description = "Rehearsal of a certificate change")
public class RehearsalsResource {
  private static final int MOST_CERTIFICATES = 10;
  private static final int UNPROCESSABLE = 422;

  private final Rehearsals rehearsals;
  private final Caller caller;
  private final CallerPlaces places = new CallerPlaces(Bound.REHEARSALS);

  RehearsalsResource(Rehearsals rehearsals, Caller caller) {
    this.rehearsals = rehearsals;
    this.caller = caller;
  }

  /**
   * @param certificate the new certificate with its chain, PEM, leaf first
   * @param replaces SHA-256 of the one that it replaces; absent: the one that has a name of it
   */
  public record RehearsalRequest(@Nullable String certificate, @Nullable String replaces) {}

  @POST
  @RunOnVirtualThread
  @Operation(
      summary =
          "The partners and connectors that would fail if this certificate replaced another one",
      description =
          "Partners that have seen the installation's certificate, and connectors and mailbox "
              + "routes that depend on a certificate of others, each with ok, check (with the "
              + "question to ask) or fails (with the reason).")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = Rehearsal.class)))
  @APIResponse(
      responseCode = "422",
      description = "The certificate is invalid, or there is no certificate to replace")
  @APIResponse(responseCode = "429", description = "Two rehearsals of the caller are running")
  @APIResponse(
      responseCode = "503",
      description = "Too many rehearsals at a time, or Kafka is unavailable")
  public Response rehearse(@Nullable RehearsalRequest question) throws InterruptedException {
    caller.requireOperator(); // the outcomes are of all organizations
    try (Share.Held place = places.take(caller)) {
      String pem = question == null ? null : question.certificate();
      if (question == null || pem == null) {
        return Errors.response(UNPROCESSABLE, "certificate is missing: send the new chain in PEM");
      }
      List<ParsedCertificate> chain =
          CertificateFile.parse(
              pem.getBytes(StandardCharsets.UTF_8), "certificate", MOST_CERTIFICATES);
      String replaces = question.replaces();
      return Response.ok(rehearsals.rehearse(chain, replaces == null ? "" : replaces)).build();
    } catch (IllegalArgumentException e) {
      return Errors.response(UNPROCESSABLE, String.valueOf(e.getMessage()));
    } catch (RehearsalException e) {
      return Errors.response(e.isLater() ? 503 : UNPROCESSABLE, String.valueOf(e.getMessage()));
    }
  }
}
