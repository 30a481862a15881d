package io.postern.policy.partner;

import io.postern.api.Caller;
import io.postern.api.Costly;
import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.directory.exchange.ExchangeFile;
import io.postern.names.DomainNames;
import io.postern.policy.change.Author;
import io.postern.policy.change.Change;
import io.postern.policy.change.DirectoryChanges;
import io.postern.policy.change.Precondition;
import io.postern.policy.directory.CurrentDirectory;
import io.postern.rules.Directory;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
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
  private final CurrentDirectory directory;
  private final DirectoryChanges changes;
  private final Caller caller;

  ExchangeImportResource(CurrentDirectory directory, DirectoryChanges changes, Caller caller) {
    this.directory = directory;
    this.changes = changes;
    this.caller = caller;
  }

  @Costly(20)
  @POST
  @Consumes(MediaType.WILDCARD)
  // Megabytes take long: a virtual thread would keep its carrier from all others.
  @Blocking
  @Operation(
      summary = "Imports connectors and accepted domains of Exchange",
      description =
          "Output of Get-InboundConnector, Get-OutboundConnector and Get-AcceptedDomain, as JSON of"
              + " ConvertTo-Json -Depth 5, also mixed; at most 4 MB. Objects that are not in it do"
              + " not change.")
  @APIResponse(responseCode = "200", description = "Imported, or compared (dry run)")
  @APIResponse(
      responseCode = "422",
      description = "The draft has errors; nothing was changed",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = ImportProblem.class)))
  @APIResponse(
      responseCode = "409",
      description = "The organization was changed at the same time, see \"changes\"")
  @APIResponse(
      responseCode = "412",
      description = "The organization has been changed since the dry run, see \"changes\"")
  @APIResponse(responseCode = "400", description = "The file is not valid")
  public ImportAnswer importExchange(
      InputStream file,
      @QueryParam("organization") @DefaultValue("") String organization,
      @QueryParam("dryRun") @DefaultValue("true") boolean dryRun,
      @QueryParam("reason") @DefaultValue("") String reason,
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
    Author author = Author.of(caller, "exchange-import", reason);
    long seen = Precondition.seen(ifMatch);
    Directory before = directory.atLeast(seen);
    return new ExchangeImporter(before, organization, routes)
        .run(
            bytes,
            (objects, draft) ->
                changes.make(
                    Change.of(before, List.of(organization), now -> objects, author, dryRun)
                        .ifSeen(seen)
                        .placed(draft::locate)));
  }
}
