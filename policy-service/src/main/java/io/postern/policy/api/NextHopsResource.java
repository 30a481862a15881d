package io.postern.policy.api;

import io.postern.api.Caller;
import io.postern.api.Costly;
import io.postern.api.ProblemException;
import io.postern.api.Rights;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.NextHopApproval;
import io.postern.contracts.v1.Organization;
import io.postern.policy.directory.CurrentDirectory;
import io.postern.rules.Directory;
import io.postern.rules.hops.NamedValue;
import io.postern.rules.hops.Needs;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * The API of operators' approvals of next hops, source addresses and EHLO names
 * (docs/operations/security.md, "Next hops").
 */
@Path("/api/v1/next-hops")
@Authenticated
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "next-hops", description = "Next hops that need an operator's approval")
public class NextHopsResource {
  private static final int MOST = 1_000;

  /**
   * A page of values, by object.
   *
   * @param version of the directory
   * @param next for {@code after} of the next page; null: this is the last
   */
  public record NextHopPage(long version, List<NextHopView> items, @Nullable String next) {}

  private final CurrentDirectory current;
  private final Caller caller;

  NextHopsResource(CurrentDirectory current, Caller caller) {
    this.current = current;
    this.caller = caller;
  }

  @GET
  @Costly(20)
  @Operation(
      summary = "Next hops, source addresses and EHLO names that need an operator's approval",
      description =
          "With the approval, of all organizations that the caller may read or of one. An operator"
              + " approves and revokes. A revoked host that no object names has the kind"
              + " `organizations` and no field.")
  @APIResponse(responseCode = "200")
  public NextHopPage list(
      @Parameter(description = "ID (default: all)") @QueryParam("organization") @DefaultValue("")
          String organization,
      @Parameter(description = "Only those that are not approved")
          @QueryParam("unapproved")
          @DefaultValue("false")
          boolean unapproved,
      @Parameter(
              description =
                  "Also those that need no approval by their text: such names may lead to private "
                      + "addresses")
          @QueryParam("names")
          @DefaultValue("false")
          boolean names,
      @QueryParam("after") @DefaultValue("") String after,
      @QueryParam("limit") @DefaultValue("500") int limit) {
    Rights rights = caller.rights();
    if (limit < 1 || limit > MOST) {
      throw ProblemException.badRequest("limit", "it is " + limit, "write 1 to " + MOST);
    }
    Directory directory = current.get();
    Needs needs = Needs.ofAll(directory);
    Set<String> named = namedWhereHostsAreRevoked(directory);
    List<NextHopView> items = new ArrayList<>();
    String last = "";
    for (DirectoryObject object : directory.objects()) { // by key
      String key = DirectoryKeys.key(object);
      String owner = DirectoryKeys.organizationOf(object);
      boolean wanted = organization.isEmpty() || owner.equals(organization);
      if (!wanted || !rights.mayRead(owner) || key.compareTo(after) <= 0) {
        continue;
      }
      List<NextHopView> found =
          object.hasOrganization()
              ? unnamed(object, named)
              : NamedValue.of(object).stream()
                  .filter(value -> !unapproved || value.unapproved())
                  .filter(
                      value ->
                          names
                              || needs.of(object, value).isPresent()
                              || isRevoked(directory, object, value))
                  .map(value -> NextHopView.of(object, value, needs, revoked(directory, object)))
                  .toList();
      if (!found.isEmpty() && items.size() >= limit) {
        return new NextHopPage(directory.version(), items, last);
      }
      items.addAll(found);
      last = key;
    }
    return new NextHopPage(directory.version(), items, null);
  }

  /** Values of objects by organization, of organizations with revoked hosts only. */
  private static Set<String> namedWhereHostsAreRevoked(Directory directory) {
    return directory.objects().stream()
        .filter(object -> !revoked(directory, object).isEmpty())
        .flatMap(object -> NamedValue.of(object).stream().map(value -> key(object, value.value())))
        .collect(Collectors.toSet());
  }

  private static String key(DirectoryObject object, String value) {
    return DirectoryKeys.organizationOf(object) + " " + value;
  }

  /**
   * Revoked hosts that no object of the organization names: they stay revoked if one does again.
   */
  private static List<NextHopView> unnamed(DirectoryObject organization, Set<String> named) {
    return organization.getOrganization().getRevokedNextHopsList().stream()
        .filter(revoked -> !named.contains(key(organization, revoked.getValue())))
        .map(revoked -> NextHopView.ofUnnamed(organization, revoked))
        .toList();
  }

  private static List<NextHopApproval> revoked(Directory directory, DirectoryObject object) {
    return directory
        .organization(DirectoryKeys.organizationOf(object))
        .map(Organization::getRevokedNextHopsList)
        .orElse(List.of());
  }

  private static boolean isRevoked(Directory directory, DirectoryObject object, NamedValue value) {
    return value.unapproved()
        && revoked(directory, object).stream().anyMatch(r -> r.getValue().equals(value.value()));
  }
}
