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
import io.postern.policy.change.Precondition;
import io.postern.policy.directory.CurrentDirectory;
import io.postern.rules.Directory;
import io.postern.rules.hops.NamedValue;
import io.postern.rules.hops.NextHopApprovals;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

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
      summary = "Approves next hops of an object",
      description =
          "For operators, with If-Match. Values that the object has now, as `GET /next-hops` shows"
              + " them: hosts in all objects of the organization, source addresses and EHLO names in"
              + " this one only.")
  @APIResponse(responseCode = "200")
  public Changed approve(
      @PathParam("organization") String organization,
      @PathParam("kind") String kind,
      @PathParam("name") String name,
      @Parameter(description = "Next hop, source address or EHLO name of the object; repeatable")
          @QueryParam("value")
          List<String> values,
      @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch,
      @QueryParam("dryRun") @DefaultValue("false") boolean dryRun,
      @QueryParam("reason") @DefaultValue("") String reason) {
    caller.requireOperator();
    if (values.isEmpty()) {
      throw ProblemException.badRequest(
          "value", "it is missing", "name a value of the object, as GET /next-hops shows it");
    }
    return change(
        organization,
        kind,
        name,
        values,
        ifMatch,
        dryRun,
        reason,
        NextHopChange.NEXT_HOPS_APPROVED);
  }

  @DELETE
  @Operation(
      summary = "Revokes the approval of hosts of an object",
      description =
          "For operators, with If-Match. In all objects of the organization; mail then goes to the"
              + " hosts at public addresses and ports 24, 25, 465 and 587 only, until they are"
              + " approved again. 409 for a source address or EHLO name: remove it from the"
              + " connector.")
  @APIResponse(responseCode = "200")
  public Changed revoke(
      @PathParam("organization") String organization,
      @PathParam("kind") String kind,
      @PathParam("name") String name,
      @Parameter(description = "Host of the object; repeatable (default: all)") @QueryParam("value")
          List<String> values,
      @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch,
      @QueryParam("dryRun") @DefaultValue("false") boolean dryRun,
      @QueryParam("reason") @DefaultValue("") String reason) {
    caller.requireOperator();
    return change(
        organization, kind, name, values, ifMatch, dryRun, reason, NextHopChange.NEXT_HOPS_REVOKED);
  }

  private Changed change(
      String organization,
      String kind,
      String name,
      List<String> asked,
      @Nullable String ifMatch,
      boolean dryRun,
      String reason,
      NextHopChange what) {
    ObjectKind which = ObjectKind.of(kind).orElseThrow();
    String ascii = which == ObjectKind.ACCEPTED_DOMAIN ? DomainNames.aLabels(name) : name;
    String key = which.key(organization, ascii == null ? name : ascii);
    String shown = which.word().replace('-', ' ') + " \"" + name + "\"";
    Directory before = current.of(organization);
    DirectoryObject object =
        before
            .object(key)
            .filter(there -> DirectoryKeys.organizationOf(there).equals(organization))
            .orElseThrow(() -> ProblemException.notFound(shown));
    Set<String> values = values(object, asked, what, shown);
    String version = ObjectVersion.of(object);
    Optional<String> expected = Precondition.expected(version, ifMatch, null);
    Change change =
        Change.of(
                before,
                List.of(organization),
                directory -> List.of(),
                Author.of(caller, "api", reason),
                dryRun)
            .ofNextHops(new NextHopApprovals.Asked(what, organization, values, Set.of(key)))
            .ofObject(ExpectedObject.newBuilder().setKey(key).setVersion(version).build(), true);
    if (expected.isEmpty()) {
      throw changes.meanwhile(change, before);
    }
    return changes.make(change);
  }

  /** Those of the object that are meant: an operator approves nothing that was not shown. */
  private static Set<String> values(
      DirectoryObject object, List<String> asked, NextHopChange what, String shown) {
    Map<String, NamedValue.Kind> there = new LinkedHashMap<>();
    NamedValue.of(object).forEach(value -> there.put(value.value(), value.kind()));
    boolean revokes = what == NextHopChange.NEXT_HOPS_REVOKED;
    for (String value : asked) {
      NamedValue.Kind kind = there.get(value);
      if (kind == null) {
        throw ProblemException.notFound("value \"" + value + "\" in the " + shown);
      }
      if (revokes && kind != NamedValue.Kind.HOST) {
        throw ProblemException.conflict(
            "\"" + value + "\" is not a host: remove it from the " + shown + ".");
      }
    }
    if (!asked.isEmpty()) {
      return Set.copyOf(asked);
    }
    Set<String> hosts = new LinkedHashSet<>(there.keySet());
    hosts.removeIf(value -> there.get(value) != NamedValue.Kind.HOST);
    if (hosts.isEmpty()) {
      throw ProblemException.conflict("The " + shown + " has no host.");
    }
    return hosts;
  }
}
