package io.postern.policy.api;

import io.postern.api.Caller;
import io.postern.api.ProblemException;
import io.postern.api.Rights;
import io.postern.policy.directory.CurrentDirectory;
import io.postern.rules.Directory;
import io.postern.rules.DirectorySize;
import io.postern.rules.checks.Quotas;
import io.postern.rules.checks.Quotas.Quota;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What organizations may put into the directory, and have there. */
@Path("/api/v1/quotas")
@Authenticated
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "objects", description = "Organizations, their domains, connectors and anchors")
public class QuotasResource {
  private static final int MOST = 500;
  private static final String ORGANIZATION = "organization/";

  /**
   * The quotas of one organization, or of all together.
   *
   * @param organization empty: all together, for operators
   * @param memory in bytes, of each service that reads the directory whole
   * @param certificates in anchor sets
   * @param recipients addresses in recipient lists
   */
  public record QuotaView(
      String organization, Part objects, Part memory, Part certificates, Part recipients) {
    /** What is there, and what may be. */
    public record Part(long used, long most) {}

    static QuotaView of(String id, DirectorySize size, long addresses, Quota quota) {
      return new QuotaView(
          id,
          new Part(size.objects(), quota.objects()),
          new Part(size.memory(), quota.memory()),
          new Part(size.certificates(), quota.certificates()),
          new Part(addresses, quota.recipients()));
    }
  }

  private final CurrentDirectory current;
  private final Quotas quotas;
  private final Caller caller;

  QuotasResource(CurrentDirectory current, Quotas quotas, Caller caller) {
    this.current = current;
    this.quotas = quotas;
    this.caller = caller;
  }

  /**
   * @throws ProblemException 503: the directory is not read
   */
  @GET
  @Operation(
      summary = "The quotas of the organizations that the caller may read, and what they use",
      description =
          "Of the first 500 organizations by ID. For operators, all organizations together come "
              + "first, with an empty ID.")
  public List<QuotaView> quotas() {
    Rights rights = caller.rights();
    Directory directory = current.get();
    List<QuotaView> all = new ArrayList<>();
    if (rights.operator()) {
      all.add(QuotaView.of("", directory.size(), directory.recipientLists().size(), quotas.all()));
    }
    directory.keysBeginningWith(ORGANIZATION).stream()
        .map(key -> key.substring(ORGANIZATION.length()))
        .filter(rights::mayRead)
        .limit(MOST)
        .forEach(
            id ->
                all.add(
                    QuotaView.of(
                        id, directory.size(id), directory.recipientAddresses(id), quotas.of(id))));
    return all;
  }
}
