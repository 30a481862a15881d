package io.postern.policy.api;

import io.postern.api.Caller;
import io.postern.api.Costly;
import io.postern.api.ProblemException;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.log.directory.DirectoryReader;
import io.postern.names.DomainNames;
import io.postern.policy.change.Author;
import io.postern.policy.directory.CurrentDirectory;
import io.postern.policy.directory.DirectoryCommands;
import io.postern.rules.Directory;
import io.postern.rules.recipients.RecipientList;
import io.postern.smtp.Address;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.Blocking;
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
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * The API of the lists of accepted domains' recipients (docs/guides/recipients.md). Body at most 16
 * MB.
 */
@Path("/api/v1/accepted-domains/{domain}/recipients")
@Singleton
@Authenticated
// Megabytes take long: a virtual thread would keep its carrier from all others.
@Blocking
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "recipients", description = "Recipient lists of accepted domains")
public class RecipientsResource {
  private static final int PERCENT = 100;

  /**
   * The answer to a list of recipients.
   *
   * @param applied false for a dry run, and where nothing was to change
   * @param addresses in the list given
   * @param others lines with an address of another domain or kind, which were left out
   * @param rerouted addresses of both lists whose route changes
   * @param unrouted addresses that named a route, and name none or are gone
   */
  public record RecipientsAnswer(
      String domain,
      boolean dryRun,
      boolean applied,
      int addresses,
      int others,
      int added,
      int removed,
      int rerouted,
      int unrouted) {}

  /**
   * One address and its domain's list.
   *
   * @param accepted ingress takes it as a recipient that exists
   * @param listed the list has it, or the address before a "+"
   * @param why the steps that decide, as in a trace
   * @param next where its mail goes now, as in a trace
   */
  public record RecipientView(
      String address, boolean accepted, boolean listed, List<String> why, String next) {}

  /**
   * A domain's list of recipients, without its addresses, which nobody can read back from here.
   *
   * @param complete false: the last change ended half-way; apply the list again
   * @param changedAt UTC; none without a list
   * @param routes addresses by the route that they name; "": none
   */
  public record RecipientsView(
      String domain,
      boolean listed,
      boolean complete,
      int addresses,
      String changedAt,
      String changedBy,
      Map<String, Integer> routes) {}

  private final RecipientsApplier applier;
  private final CurrentDirectory current;
  private final Caller caller;

  RecipientsResource(
      DirectoryReader<Directory> reader,
      CurrentDirectory current,
      DirectoryCommands commands,
      Caller caller) {
    applier = new RecipientsApplier(reader, current, commands);
    this.current = current;
    this.caller = caller;
  }

  @Costly(20)
  @PUT
  @Consumes("text/csv")
  @Operation(
      summary = "Replaces the recipient list of a domain",
      description =
          "One line per recipient: local-part[,route] or address[,route]. Addresses of other "
              + "domains are skipped. While the change is in progress, no address that is in both "
              + "lists is missing.")
  @APIResponse(
      responseCode = "200",
      description = "In force, compared (dry run), or nothing to change")
  @APIResponse(responseCode = "404", description = "Not an accepted domain")
  @APIResponse(responseCode = "409", description = "The list was changed at the same time")
  @APIResponse(
      responseCode = "422",
      description = "The list has errors, each with its line; nothing was changed")
  @APIResponse(
      responseCode = "503",
      description = "Kafka is unavailable, or another list is being applied")
  @APIResponse(
      responseCode = "504",
      description = "No response within 10 seconds; part of the change may have been made")
  public RecipientsAnswer replace(
      @PathParam("domain") String name,
      InputStream list,
      @QueryParam("dryRun") @DefaultValue("false") boolean dryRun,
      @Parameter(
              description =
                  "Percentage of the current addresses that the list may remove, and of those with "
                      + "a route that may lose it; the first 20 addresses are always allowed")
          @QueryParam("removeAtMost")
          @DefaultValue("20")
          int removeAtMost,
      @QueryParam("reason") @DefaultValue("") String reason)
      throws IOException {
    AcceptedDomain domain = domain(name);
    caller.requireChange(domain.getOrganization(), what(name));
    if (removeAtMost < 0 || removeAtMost > PERCENT) {
      throw ProblemException.badRequest(
          "removeAtMost", "it is " + removeAtMost, "write 0 to " + PERCENT);
    }
    return applier.apply(domain, list, dryRun, removeAtMost, Author.of(caller, "api", reason));
  }

  @GET
  @Operation(summary = "The size of a domain's list, who changed it and when, and its routes")
  @APIResponse(responseCode = "200")
  @APIResponse(responseCode = "404", description = "Not an accepted domain")
  public RecipientsView list(@PathParam("domain") String name) {
    AcceptedDomain domain = domain(name);
    RecipientList list =
        current.get().recipientLists().list(domain.getDomain()).orElse(RecipientList.EMPTY);
    boolean listed = !list.state().getListId().isEmpty();
    return new RecipientsView(
        domain.getDomain(),
        listed,
        list.state().getComplete(),
        list.size(),
        listed ? Instant.ofEpochMilli(list.state().getAtMillis()).toString() : "",
        list.state().getActor(),
        list.sizes());
  }

  @GET
  @Path("/{address}")
  @Operation(summary = "Whether an address is a recipient, and how its mail is routed")
  @APIResponse(responseCode = "200")
  @APIResponse(responseCode = "404", description = "Not an accepted domain")
  public RecipientView one(@PathParam("domain") String name, @PathParam("address") String address) {
    AcceptedDomain domain = domain(name);
    try {
      boolean whole = address.lastIndexOf('@') > address.lastIndexOf('"');
      Address recipient = Address.parse(whole ? address : address + "@" + name);
      if (!recipient.asciiDomain().equals(domain.getDomain())) {
        throw ProblemException.badRequest(
            "address", "it belongs to another domain", "write one of " + domain.getDomain());
      }
      return RecipientLookup.of(current.get(), domain, recipient);
    } catch (IllegalArgumentException e) {
      throw ProblemException.badRequest(
          "address", String.valueOf(e.getMessage()), "write it as in a message");
    }
  }

  /**
   * @throws ProblemException 404: there is none, or the caller does not see it
   */
  private AcceptedDomain domain(String name) {
    String ascii = DomainNames.aLabels(name);
    Optional<AcceptedDomain> domain =
        ascii == null ? Optional.empty() : current.get().acceptedDomain(ascii);
    AcceptedDomain found = domain.orElseThrow(() -> ProblemException.notFound(what(name)));
    caller.requireRead(found.getOrganization(), what(name));
    return found;
  }

  private static String what(String name) {
    return "accepted domain " + name;
  }
}
