package io.postern.certificate.api;

import io.postern.api.ProblemException;
import io.postern.certificate.published.PublishedCertificate;
import io.postern.certificate.published.PublishedInformation;
import io.postern.certificate.published.PublishedPage;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * Our certificates, for the public: without credentials, as a page that works without script and as
 * JSON. From the services' present records.
 */
@Path("/")
@PermitAll
@Tag(
    name = "published",
    description = "Certificates, cipher suites and groups of this " + "installation, for partners")
public class CertificatesResource {
  @CheckedTemplate
  static final class Templates {
    private Templates() {}

    static native TemplateInstance certificates(
        PublishedInformation information, boolean nothingPresented);
  }

  private final PublishedPage published;

  CertificatesResource(PublishedPage published) {
    this.published = published;
  }

  @GET
  @Path("certificates")
  @Produces(MediaType.TEXT_HTML)
  @Operation(summary = "The installation's certificates as a page")
  @APIResponse(responseCode = "200")
  @APIResponse(responseCode = "503", description = "Not known yet: Kafka is unavailable")
  public Response page() {
    return published
        .content()
        .map(PublishedPage.Content::information)
        .map(all -> published(Templates.certificates(all, nothingPresented(all))))
        .orElseGet(
            () ->
                Response.status(Response.Status.SERVICE_UNAVAILABLE)
                    .type(MediaType.TEXT_PLAIN_TYPE)
                    .entity("Not known now, try again later.\n")
                    .build());
  }

  private static boolean nothingPresented(PublishedInformation all) {
    return all.certificates().stream()
        .noneMatch(c -> c.state() == PublishedCertificate.State.CURRENT);
  }

  @GET
  @Path("certificates.json")
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(summary = "Certificates, cipher suites and groups of this installation")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = PublishedInformation.class)))
  @APIResponse(responseCode = "503", description = "Not known yet: Kafka is unavailable")
  public Response json() {
    return published
        .content()
        .map(PublishedPage.Content::information)
        .map(CertificatesResource::published)
        .orElseGet(
            () ->
                Errors.response(
                    Response.Status.SERVICE_UNAVAILABLE,
                    "the installation's certificates are not known yet: Kafka is unavailable"));
  }

  @GET
  @Path("certificates/{sha256}.pem")
  @Produces("application/x-pem-file")
  @Operation(summary = "A certificate of this installation with its chain, PEM")
  @APIResponse(responseCode = "200")
  @APIResponse(
      responseCode = "404",
      description = "No certificate of this installation has this " + "fingerprint")
  public Response chain(@PathParam("sha256") String sha256) {
    return published
        .content()
        .map(content -> content.chains().get(sha256))
        .map(CertificatesResource::published)
        .orElseThrow(
            () -> ProblemException.notFound("certificate " + sha256 + " of this installation"));
  }

  // Nothing but the page's own style is loaded, with any text in a certificate's subject.
  private static Response published(Object entity) {
    return Response.ok(entity)
        .header("Cache-Control", "public, max-age=60")
        .header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        .header("X-Content-Type-Options", "nosniff")
        .build();
  }
}
