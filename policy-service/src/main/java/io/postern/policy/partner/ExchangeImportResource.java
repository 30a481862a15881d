package io.postern.policy.partner;

import io.postern.api.Caller;
import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.directory.exchange.ExchangeFile;
import io.postern.names.DomainNames;
import io.postern.rules.Directory;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The API of import from Exchange (docs/guides/exchange.md). */
@Path("/api/v1/import/exchange")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "exchange", description = "Import from Exchange, and export to it")
public class ExchangeImportResource {
  private static final int UNPROCESSABLE = 422;

  private final CurrentDirectory directory;
  private final PairChange change;
  private final Caller caller;

  ExchangeImportResource(CurrentDirectory directory, PairChange change, Caller caller) {
    this.directory = directory;
    this.change = change;
    this.caller = caller;
  }

  @POST
  @Consumes(MediaType.WILDCARD)
  @RunOnVirtualThread
  @Operation(
      summary = "Imports connectors and accepted domains of Exchange",
      description =
          "Output of Get-InboundConnector, Get-OutboundConnector and Get-AcceptedDomain, as JSON of"
              + " ConvertTo-Json -Depth 5, also mixed; at most 4 MB. Objects that are not in it do"
              + " not change.")
  @APIResponse(
      responseCode = "200",
      description = "Imported, or compared (dry run)",
      content = @Content(schema = @Schema(implementation = ImportAnswer.class)))
  @APIResponse(
      responseCode = "422",
      description = "The draft has errors; nothing was changed",
      content = @Content(schema = @Schema(implementation = ImportAnswer.class)))
  @APIResponse(
      responseCode = "412",
      description = "The organization has been changed since the dry run",
      content = @Content(schema = @Schema(implementation = Problem.class)))
  @APIResponse(
      responseCode = "400",
      description = "The file is not valid",
      content = @Content(schema = @Schema(implementation = Problem.class)))
  public Response importExchange(
      InputStream file,
      @QueryParam("organization") @DefaultValue("") String organization,
      @Parameter(description = "Compare and check, change nothing")
          @QueryParam("dryRun")
          @DefaultValue("true")
          boolean dryRun,
      @Parameter(description = "host or host:port of all accepted domains; or domain=host:port")
          @QueryParam("mailboxRoute")
          List<String> routes,
      @Parameter(description = "\"seen\" of the dry run") @HeaderParam(HttpHeaders.IF_MATCH)
          @Nullable String ifMatch)
      throws IOException {
    if (!DomainNames.isDomain(organization) || DomainNames.hasDot(organization)) {
      throw ProblemException.badRequest(
          "organization",
          "\"" + organization + "\" is not a valid ID",
          "write ?organization=contoso");
    }
    caller.requireChange(organization, "organization " + organization);
    byte[] bytes = file.readNBytes(ExchangeFile.MOST_BYTES + 1);
    Directory before = directory.unchanged(organization, ifMatch);
    ImportAnswer answer =
        new ExchangeImporter(before, organization, routes)
            .run(
                bytes,
                caller.rights(),
                dryRun,
                changes ->
                    change.make(organization, before, changes, caller.name(), "exchange-import"));
    return Response.status(dryRun || answer.problems().isEmpty() ? 200 : UNPROCESSABLE)
        .entity(answer)
        .build();
  }
}
