package io.postern.certificate.api;

import io.postern.api.Caller;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.anchors.AnchorQuery;
import io.postern.check.CertificateFile;
import io.postern.check.LeafFirst;
import io.quarkus.security.Authenticated;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * The question whether a root is trusted here (S10): by name, by fingerprint, under a chain; one
 * answer for all.
 */
@Path("/api/v1/trust-anchors")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "trust")
@APIResponse(
    responseCode = "200",
    description = "Trusted or not",
    content = @Content(schema = @Schema(implementation = TrustAnswer.class)))
@APIResponse(responseCode = "400", description = "The request is wrong; the error names the fault")
@APIResponse(responseCode = "404", description = "No such organization")
@APIResponse(
    responseCode = "503",
    description = "The organization is not known yet: Kafka is unavailable")
public class TrustAnchorsResource {
  private static final int MOST_CERTIFICATES = 10;
  private static final String ABOUT =
      "\"since\" is the time of the first of the consecutive versions that have it. With an "
          + "organization, also for each of its sets.";

  private final RootChecks checks;
  private final Caller caller;

  TrustAnchorsResource(RootChecks checks, Caller caller) {
    this.checks = checks;
    this.caller = caller;
  }

  /** The chain under whose root is looked. */
  public record Chain(
      @Schema(description = "Certificates in PEM, the leaf and those sent after it")
          @Nullable String pem) {}

  @GET
  @Operation(
      summary =
          "Roots with a name or fingerprint: whether and since when they are trusted here, or how "
              + "to trust them",
      description = ABOUT)
  public Response find(
      @Parameter(description = "A part of the subject, in either case") @QueryParam("name")
          @Nullable String name,
      @Parameter(description = "SHA-256 or SHA-1, hexadecimal, with or without colons")
          @QueryParam("fingerprint")
          @Nullable String fingerprint,
      @Parameter(description = "The organization's id: is it trusted there")
          @QueryParam("organization")
          @Nullable String organization) {
    if ((name == null) == (fingerprint == null)) {
      return Errors.response(Response.Status.BAD_REQUEST, "write either ?name= or ?fingerprint=");
    }
    return answer(
        name == null ? "fingerprint: " : "name: ",
        () ->
            name != null
                ? now(organization).find(name.strip(), AnchorQuery.name(name))
                : byFingerprint(String.valueOf(fingerprint), organization));
  }

  @GET
  @Path("{fingerprint}")
  @Operation(summary = "The same by fingerprint", description = ABOUT)
  public Response check(
      @Parameter(description = "SHA-256 or SHA-1, hexadecimal, with or without colons")
          @PathParam("fingerprint")
          String fingerprint,
      @QueryParam("organization") @Nullable String organization) {
    return answer("fingerprint: ", () -> byFingerprint(fingerprint, organization));
  }

  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "The same for the root under a chain",
      description =
          "By names and signatures only, without network access: use certificate-checks to "
              + "validate the chain. "
              + ABOUT)
  public Response underChain(
      @Nullable Chain chain, @QueryParam("organization") @Nullable String organization) {
    return answer("", () -> now(organization).chain(certificates(chain)));
  }

  private RootCheck now(@Nullable String organization) {
    if (organization != null) {
      caller.requireRead(organization, "organization " + organization);
    }
    return checks.now(organization);
  }

  private TrustAnswer byFingerprint(String fingerprint, @Nullable String organization) {
    AnchorQuery query = AnchorQuery.fingerprint(fingerprint);
    return now(organization).find(fingerprint.strip(), query);
  }

  private static List<ParsedCertificate> certificates(@Nullable Chain chain) {
    String pem = chain == null || chain.pem() == null ? "" : chain.pem();
    return LeafFirst.of(
        CertificateFile.parse(pem.getBytes(StandardCharsets.ISO_8859_1), "pem", MOST_CERTIFICATES));
  }

  private static Response answer(String field, Supplier<TrustAnswer> question) {
    try {
      return Response.ok(question.get()).build();
    } catch (IllegalArgumentException e) {
      return Errors.response(Response.Status.BAD_REQUEST, field + e.getMessage());
    } catch (WebApplicationException e) {
      return Errors.response(e.getResponse().getStatus(), String.valueOf(e.getMessage()));
    }
  }
}
