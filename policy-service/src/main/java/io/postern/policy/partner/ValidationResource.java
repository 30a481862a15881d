package io.postern.policy.partner;

import io.postern.api.Caller;
import io.postern.api.ProblemException;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.ProbeRequest;
import io.postern.directory.DirectoryFile;
import io.postern.directory.FileProblem;
import io.postern.policy.change.Author;
import io.postern.policy.change.DirectoryChanges;
import io.postern.policy.change.Faults;
import io.postern.policy.directory.CurrentDirectory;
import io.postern.rules.Directory;
import io.postern.rules.hops.NextHopApprovals;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The API of validations of outbound connectors (docs/guides/forced-tls-with-a-partner.md). */
@Path("/api/v1/organizations/{organization}")
@Authenticated
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "partners", description = "Validation of connectors, and forced TLS with a partner")
public class ValidationResource {
  private static final String STORED = "/outbound-connectors/{name}/validations";

  /**
   * @param last the newest validation that ended, of this definition or an earlier one; null: none
   * @param recent those of the last hour, the newest first
   */
  @Schema(name = "ConnectorValidations")
  public record Validations(@Nullable LastValidation last, List<ValidationView> recent) {}

  private final CurrentDirectory directory;
  private final ProbeLog probes;
  private final Caller caller;

  ValidationResource(CurrentDirectory directory, ProbeLog probes, Caller caller) {
    this.directory = directory;
    this.probes = probes;
    this.caller = caller;
  }

  @POST
  @Path("/validations")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Validates a draft of an outbound connector",
      description =
          "delivery-service tries each host of the connector's next hops like a delivery, and "
              + "sends nothing, or a test message to the recipients in the body. The draft is not "
              + "stored.")
  @APIResponseSchema(
      value = ValidationView.class,
      responseCode = "202",
      responseDescription = "Started; see Location")
  @APIResponse(
      responseCode = "400",
      description = "Domains, recipients or sender do not match the connector")
  @APIResponse(
      responseCode = "422",
      description = "The draft cannot be read, or needs an operator's approval")
  public Response draft(
      @PathParam("organization") String organization, @Nullable ValidationRequest body) {
    caller.requireChange(organization, "organization " + organization);
    directory.of(organization);
    if (body == null || body.connector() == null) {
      throw ProblemException.badRequest(
          "/connector", "the draft is missing", "write the fields of an outbound connector");
    }
    DirectoryFile draft =
        DirectoryFile.lists(Map.of("outboundConnectors", List.of(body.connector())), organization);
    refuse(draft.problems());
    Directory before = directory.get();
    NextHopApprovals.Judged judged =
        DirectoryChanges.approvals(before, draft.objects(), Author.of(caller, "", ""));
    refuse(judged.problems().stream().map(draft::locate).toList());
    OutboundConnector connector = judged.objects().getFirst().getOutboundConnector();
    return ask(new ValidationPlan(before, connector, body).request(caller.name(), false));
  }

  private static void refuse(List<FileProblem> problems) {
    Faults.refuse(
        problems.stream()
            .map(p -> p.at(p.pointer().replaceFirst("^/outboundConnectors/0", "/connector")))
            .toList());
  }

  @GET
  @Path("/validations/{id}")
  @Operation(summary = "A validation so far; kept for an hour")
  public ValidationView read(
      @PathParam("organization") String organization, @PathParam("id") String id) {
    caller.requireRead(organization, "validation " + id);
    return view(organization, id);
  }

  @POST
  @Path(STORED)
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Validates a stored outbound connector, whether it is on or off",
      description = "As for a draft. The result is kept as the connector's last validation.")
  @APIResponseSchema(
      value = ValidationView.class,
      responseCode = "202",
      responseDescription = "Started; see Location")
  @APIResponse(
      responseCode = "400",
      description = "Domains, recipients or sender do not match the connector")
  public Response validate(
      @PathParam("organization") String organization,
      @PathParam("name") String name,
      @Nullable ValidationRequest body) {
    caller.requireChange(organization, "outbound connector " + name);
    OutboundConnector connector = directory.outbound(organization, name);
    return ask(
        new ValidationPlan(
                directory.get(), connector, body == null ? ValidationRequest.EMPTY : body)
            .request(caller.name(), true));
  }

  @GET
  @Path(STORED)
  @Operation(summary = "The last validation of a connector, and those of the last hour")
  public Validations list(
      @PathParam("organization") String organization, @PathParam("name") String name) {
    caller.requireRead(organization, "outbound connector " + name);
    OutboundConnector connector = directory.outbound(organization, name);
    Instant now = Instant.now();
    return new Validations(
        probes.lastValidation(connector).map(v -> LastValidation.of(v, connector)).orElse(null),
        probes.probes(organization, name).stream()
            .map(probe -> ValidationView.of(probe, now))
            .toList());
  }

  @GET
  @Path(STORED + "/{id}")
  @Operation(summary = "A validation so far; kept for an hour")
  public ValidationView readStored(
      @PathParam("organization") String organization,
      @PathParam("name") String name,
      @PathParam("id") String id) {
    return read(organization, id);
  }

  private ValidationView view(String organization, String id) {
    return probes
        .probe(organization, id)
        .map(probe -> ValidationView.of(probe, Instant.now()))
        .orElseThrow(() -> ProblemException.notFound("validation " + id));
  }

  private Response ask(ProbeRequest request) {
    probes.ask(request);
    String id = request.getProbeId();
    return Response.accepted(view(request.getOrganization(), id))
        .location(
            URI.create("/api/v1/organizations/" + request.getOrganization() + "/validations/" + id))
        .build();
  }
}
