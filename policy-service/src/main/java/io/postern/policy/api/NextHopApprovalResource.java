package io.postern.policy.api;

import io.postern.api.Caller;
import io.postern.api.ProblemException;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.ExpectedObject;
import io.postern.contracts.v1.NextHopChange;
import io.postern.directory.ObjectKind;
import io.postern.directory.ObjectVersion;
import io.postern.names.DomainNames;
import io.postern.policy.change.Author;
import io.postern.policy.change.Change;
import io.postern.policy.change.Changed;
import io.postern.policy.change.DirectoryChanges;
import io.postern.policy.directory.CurrentDirectory;
import io.postern.rules.Directory;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The API of an operator's approval of an object's next hops: it is there, or it is revoked. */
@Path(
    "/api/v1/organizations/{organization}/{kind: accepted-domains|outbound-connectors}/{name}/approval")
@Authenticated
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "next-hops", description = "Next hops that need an operator's approval")
public class NextHopApprovalResource {
  private final CurrentDirectory current;
  private final DirectoryChanges changes;
  private final Caller caller;

  NextHopApprovalResource(CurrentDirectory current, DirectoryChanges changes, Caller caller) {
    this.current = current;
    this.changes = changes;
    this.caller = caller;
  }

  @PUT
  @Operation(
      summary = "Approves the next hops of an object",
      description =
          "For operators. All hosts, source addresses and the EHLO name that the object has now.")
  @APIResponse(responseCode = "200")
  public Changed approve(
      @PathParam("organization") String organization,
      @PathParam("kind") String kind,
      @PathParam("name") String name,
      @QueryParam("dryRun") @DefaultValue("false") boolean dryRun,
      @QueryParam("reason") @DefaultValue("") String reason) {
    return change(organization, kind, name, dryRun, reason, NextHopChange.NEXT_HOPS_APPROVED);
  }

  @DELETE
  @Operation(
      summary = "Revokes the approval of an object's hosts",
      description =
          "For operators. Mail then goes to them at public addresses and ports 24, 25, 465 and 587 "
              + "only. Source addresses and EHLO names are taken back by a change of the object.")
  @APIResponse(responseCode = "200")
  public Changed revoke(
      @PathParam("organization") String organization,
      @PathParam("kind") String kind,
      @PathParam("name") String name,
      @QueryParam("dryRun") @DefaultValue("false") boolean dryRun,
      @QueryParam("reason") @DefaultValue("") String reason) {
    return change(organization, kind, name, dryRun, reason, NextHopChange.NEXT_HOPS_REVOKED);
  }

  private Changed change(
      String organization,
      String kind,
      String name,
      boolean dryRun,
      String reason,
      NextHopChange asked) {
    caller.requireOperator();
    ObjectKind which = ObjectKind.of(kind).orElseThrow();
    String ascii = which == ObjectKind.ACCEPTED_DOMAIN ? DomainNames.aLabels(name) : name;
    String key = which.key(organization, ascii == null ? name : ascii);
    Directory before = current.of(organization);
    DirectoryObject object =
        before
            .object(key)
            .filter(there -> DirectoryKeys.organizationOf(there).equals(organization))
            .orElseThrow(
                () ->
                    ProblemException.notFound(
                        which.word().replace('-', ' ') + " \"" + name + "\""));
    return changes.make(
        Change.of(
                before,
                List.of(organization),
                directory -> List.of(object),
                Author.of(caller, "api", reason),
                dryRun)
            .ofObject(
                ExpectedObject.newBuilder()
                    .setKey(key)
                    .setVersion(ObjectVersion.of(object))
                    .build(),
                false)
            .ofNextHops(asked));
  }
}
