package io.postern.policy.partner;

import io.postern.api.Caller;
import io.postern.api.Costly;
import io.postern.api.ProblemException;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.directory.exchange.ExchangeExport;
import io.postern.names.DomainNames;
import io.postern.policy.directory.CurrentDirectory;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The API of export to Exchange (docs/guides/exchange.md). */
@Path("/api/v1/organizations/{organization}/export/exchange")
@Authenticated
@Tag(name = "exchange", description = "Import from Exchange, and export to it")
public class ExchangeExportResource {
  private final CurrentDirectory directory;
  private final Caller caller;

  ExchangeExportResource(CurrentDirectory directory, Caller caller) {
    this.directory = directory;
    this.caller = caller;
  }

  @Costly(20)
  @GET
  @Produces(MediaType.TEXT_PLAIN)
  // Megabytes take long: a virtual thread would keep its carrier from all others.
  @Blocking
  @Operation(
      summary = "PowerShell commands for a partner with Exchange Online",
      description = "Review it before you run it; each value is quoted.")
  @APIResponse(responseCode = "200", description = "PowerShell")
  public String export(
      @PathParam("organization") String organization,
      @Parameter(
              description =
                  "partner: the pair of connectors by which the partner forces TLS with this"
                      + " organization")
          @QueryParam("for")
          @DefaultValue("partner")
          String side,
      @Parameter(description = "The name in the certificate of this installation's mail hosts")
          @QueryParam("mailHost")
          @DefaultValue("")
          String mailHost,
      @Parameter(description = "The name in the certificate that is presented when sending")
          @QueryParam("certificateName")
          @DefaultValue("")
          String certificateName) {
    caller.requireRead(organization, "organization " + organization);
    if (!side.equals("partner")) {
      throw ProblemException.badRequest("for", "\"" + side + "\" is not a side", "write partner");
    }
    List<DirectoryObject> objects =
        directory.of(organization).objects().stream()
            .filter(object -> DirectoryKeys.organizationOf(object).equals(organization))
            .toList();
    ExchangeExport.Side names =
        new ExchangeExport.Side(
            organization, host("mailHost", mailHost), host("certificateName", certificateName));
    return ExchangeExport.partner(objects, names);
  }

  private static String host(String parameter, String text) {
    String ascii = text.isEmpty() ? "" : DomainNames.aLabels(text.replaceFirst("^\\*\\.", ""));
    if (ascii == null || !ascii.isEmpty() && !DomainNames.isDomain(ascii)) {
      throw ProblemException.badRequest(
          parameter,
          "\"" + text + "\" is not a host name",
          "write a name such as mail.example.com");
    }
    return text.startsWith("*.") ? "*." + ascii : ascii;
  }
}
