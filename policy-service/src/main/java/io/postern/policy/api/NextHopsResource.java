package io.postern.policy.api;

import io.postern.api.Caller;
import io.postern.api.ProblemException;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryObject;
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
  @Operation(
      summary = "Next hops, source addresses and EHLO names that need an operator's approval",
      description = "For operators. With the approval, of all organizations or of one.")
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
                  "Also approved names that need no approval by their text: they may lead to private "
                      + "addresses")
          @QueryParam("names")
          @DefaultValue("false")
          boolean names,
      @QueryParam("after") @DefaultValue("") String after,
      @QueryParam("limit") @DefaultValue("500") int limit) {
    caller.requireOperator();
    if (limit < 1 || limit > MOST) {
      throw ProblemException.badRequest("limit", "it is " + limit, "write 1 to " + MOST);
    }
    Directory directory = current.get();
    Needs needs = Needs.ofAll(directory);
    List<NextHopView> items = new ArrayList<>();
    String last = "";
    for (DirectoryObject object : directory.objects()) { // by key
      String key = DirectoryKeys.key(object);
      boolean wanted =
          organization.isEmpty() || DirectoryKeys.organizationOf(object).equals(organization);
      if (!wanted || key.compareTo(after) <= 0) {
        continue;
      }
      List<NextHopView> found =
          NamedValue.of(object).stream()
              .map(value -> NextHopView.of(object, value, needs))
              .filter(view -> view.need() != null || names && view.approved())
              .filter(view -> !unapproved || !view.approved())
              .toList();
      if (!found.isEmpty() && items.size() >= limit) {
        return new NextHopPage(directory.version(), items, last);
      }
      items.addAll(found);
      last = key;
    }
    return new NextHopPage(directory.version(), items, null);
  }
}
