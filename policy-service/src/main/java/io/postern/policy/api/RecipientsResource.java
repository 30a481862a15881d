package io.postern.policy.api;

import io.postern.api.ApiError;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.log.directory.DirectoryReader;
import io.postern.names.DomainNames;
import io.postern.policy.directory.DirectoryCommands;
import io.postern.rules.Directory;
import io.postern.rules.recipients.RecipientList;
import io.postern.smtp.Address;
import io.quarkus.security.Authenticated;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * The API of the lists of accepted domains' recipients (docs/recipients.md). Body at most 16 MB.
 */
@Path("/api/v1/accepted-domains/{domain}/recipients")
@Singleton
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "recipients", description = "The lists of accepted domains' recipients")
public class RecipientsResource {
  private static final int UNPROCESSABLE = 422;
  private static final int CONFLICT = 409;
  private static final int NOT_FOUND = 404;
  private static final int BAD_REQUEST = 400;
  private static final int PERCENT = 100;

  private final RecipientsApplier applier;
  private final SecurityIdentity identity;

  RecipientsResource(
      DirectoryReader<Directory> reader, DirectoryCommands commands, SecurityIdentity identity) {
    applier = new RecipientsApplier(reader, commands);
    this.identity = identity;
  }

  @PUT
  @Consumes("text/csv")
  @RunOnVirtualThread
  @Operation(
      summary = "Replaces the list of a domain's recipients",
      description =
          "A line for each: local-part[,route] or address[,route]. Addresses of other domains are"
              + " left out. While the change is under way no address of both lists is missing.")
  @APIResponse(
      responseCode = "200",
      description = "In force, compared (dry run), or nothing to change",
      content = @Content(schema = @Schema(implementation = RecipientsAnswer.class)))
  @APIResponse(
      responseCode = "404",
      description = "No accepted domain",
      content = @Content(schema = @Schema(implementation = ApiError.class)))
  @APIResponse(
      responseCode = "409",
      description = "Another change of the list came between",
      content = @Content(schema = @Schema(implementation = ApiError.class)))
  @APIResponse(
      responseCode = "422",
      description = "The list has problems, each with its line; nothing was changed",
      content = @Content(schema = @Schema(implementation = RecipientsAnswer.class)))
  @APIResponse(
      responseCode = "503",
      description = "The log is away, or another list is being applied",
      content = @Content(schema = @Schema(implementation = ApiError.class)))
  @APIResponse(
      responseCode = "504",
      description = "No answer within 10 seconds; a part of the change may have been made",
      content = @Content(schema = @Schema(implementation = ApiError.class)))
  public Response replace(
      @PathParam("domain") String name,
      InputStream list,
      @Parameter(description = "Compare and check, change nothing")
          @QueryParam("dryRun")
          @DefaultValue("false")
          boolean dryRun,
      @Parameter(
              description =
                  "Per cent of the addresses in force that the list may remove, and of those with a"
                      + " route that may lose it, each beyond 20 addresses")
          @QueryParam("removeAtMost")
          @DefaultValue("20")
          int removeAtMost)
      throws UnavailableException, IOException {
    Optional<AcceptedDomain> domain = domain(name);
    if (domain.isEmpty()) {
      return unknown(name);
    }
    if (removeAtMost < 0 || removeAtMost > PERCENT) {
      return error(BAD_REQUEST, "removeAtMost is a number from 0 to 100");
    }
    try {
      RecipientsAnswer answer =
          applier.apply(
              domain.get(), list, dryRun, removeAtMost, identity.getPrincipal().getName());
      return Response.status(answer.problems().isEmpty() ? 200 : UNPROCESSABLE)
          .entity(answer)
          .build();
    } catch (OvertakenException e) {
      return error(CONFLICT, String.valueOf(e.getMessage()));
    }
  }

  @GET
  @RunOnVirtualThread
  @Operation(summary = "The size of a domain's list, who changed it and when, and its routes")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = RecipientsView.class)))
  @APIResponse(
      responseCode = "404",
      description = "No accepted domain",
      content = @Content(schema = @Schema(implementation = ApiError.class)))
  public Response list(@PathParam("domain") String name) throws UnavailableException {
    Optional<AcceptedDomain> domain = domain(name);
    if (domain.isEmpty()) {
      return unknown(name);
    }
    RecipientList list =
        applier
            .directory()
            .recipientLists()
            .list(domain.get().getDomain())
            .orElse(RecipientList.EMPTY);
    boolean listed = !list.state().getListId().isEmpty();
    return Response.ok(
            new RecipientsView(
                domain.get().getDomain(),
                listed,
                list.state().getComplete(),
                list.size(),
                listed ? Instant.ofEpochMilli(list.state().getAtMillis()).toString() : "",
                list.state().getActor(),
                list.sizes()))
        .build();
  }

  @GET
  @Path("/{address}")
  @RunOnVirtualThread
  @Operation(summary = "Whether an address is a recipient, and where its mail goes")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = RecipientView.class)))
  @APIResponse(
      responseCode = "404",
      description = "No accepted domain",
      content = @Content(schema = @Schema(implementation = ApiError.class)))
  public Response one(@PathParam("domain") String name, @PathParam("address") String address)
      throws UnavailableException {
    Optional<AcceptedDomain> domain = domain(name);
    if (domain.isEmpty()) {
      return unknown(name);
    }
    try {
      boolean whole = address.lastIndexOf('@') > address.lastIndexOf('"');
      Address recipient = Address.parse(whole ? address : address + "@" + name);
      if (!recipient.asciiDomain().equals(domain.get().getDomain())) {
        return error(BAD_REQUEST, "the address is of another domain");
      }
      return Response.ok(RecipientLookup.of(applier.directory(), domain.get(), recipient)).build();
    } catch (IllegalArgumentException e) {
      return error(BAD_REQUEST, String.valueOf(e.getMessage()));
    }
  }

  private Optional<AcceptedDomain> domain(String name) throws UnavailableException {
    String ascii = DomainNames.aLabels(name);
    return ascii == null ? Optional.empty() : applier.directory().acceptedDomain(ascii);
  }

  private static Response unknown(String name) {
    return error(NOT_FOUND, name + " is no accepted domain: add it to the directory first");
  }

  private static Response error(int status, String sentence) {
    return Response.status(status).entity(new ApiError(sentence)).build();
  }
}
