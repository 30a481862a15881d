package io.postern.policy.api;

import io.postern.api.Caller;
import io.postern.api.ProblemException;
import io.postern.api.Rights;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.ExpectedObject;
import io.postern.directory.DirectoryChange;
import io.postern.directory.DirectoryFile;
import io.postern.directory.FileView;
import io.postern.directory.ObjectKind;
import io.postern.directory.ObjectVersion;
import io.postern.names.DomainNames;
import io.postern.policy.change.Author;
import io.postern.policy.change.Change;
import io.postern.policy.change.Changed;
import io.postern.policy.change.DirectoryChanges;
import io.postern.policy.change.Faults;
import io.postern.policy.change.Precondition;
import io.postern.policy.directory.CurrentDirectory;
import io.postern.policy.directory.Permission;
import io.postern.rules.Directory;
import io.postern.rules.checks.DirectoryWarnings;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * The API of the directory's objects one by one, in the spelling of the directory file
 * (docs/reference/directory-file.md). Body at most 1 MB.
 */
@Path("/api/v1/organizations")
@Authenticated
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "objects", description = "Organizations, their domains, connectors and anchors")
public class ObjectsResource {
  private static final int MOST_BYTES = 1_000_000;
  private static final int MOST = 500;
  private static final int MOST_NAME = 255;
  private static final String KINDS =
      "{kind: accepted-domains|inbound-connectors|outbound-connectors|anchor-sets|routing-rules}";
  private static final String ORGANIZATIONS = "organizations";
  private static final String SOURCE = "api";

  /**
   * The answer to a change of one object.
   *
   * @param version of the directory that it is in, or was compared with; -1: empty
   * @param applied false for a dry run, and where nothing was to change
   * @param change null: nothing was to change
   * @param object as it is, or would be; null: removed
   * @param warnings known traps in it, which refuse nothing
   */
  public record ObjectAnswer(
      long version,
      boolean dryRun,
      boolean applied,
      @Nullable DirectoryChange change,
      @Nullable Map<String, Object> object,
      List<Changed.Warning> warnings) {}

  /**
   * A page of objects, by name.
   *
   * @param version of the directory
   * @param next for {@code after} of the next page; null: this is the last
   */
  public record ObjectPage(long version, List<Item> items, @Nullable String next) {
    /**
     * @param etag for If-Match
     * @param object in the spelling of the directory file
     * @param warnings known traps in it; of a page the first 100
     */
    public record Item(String etag, Map<String, Object> object, List<Changed.Warning> warnings) {}
  }

  private final CurrentDirectory current;
  private final DirectoryChanges changes;
  private final Caller caller;

  ObjectsResource(CurrentDirectory current, DirectoryChanges changes, Caller caller) {
    this.current = current;
    this.changes = changes;
    this.caller = caller;
  }

  @GET
  @Operation(summary = "The organizations that the caller may read, without their objects")
  public ObjectPage organizations(
      @QueryParam("after") @DefaultValue("") String after,
      @QueryParam("limit") @DefaultValue("100") int limit) {
    Rights rights = caller.rights();
    return page(
        ObjectKind.ORGANIZATION,
        object -> rights.mayRead(DirectoryKeys.organizationOf(object)),
        after,
        limit);
  }

  @GET
  @Path("/{organization}/" + KINDS)
  @Operation(summary = "An organization's objects of one kind")
  public ObjectPage list(
      @PathParam("organization") String organization,
      @PathParam("kind") String kind,
      @Parameter(description = "Part of the name, in upper or lower case; at most 255 characters")
          @QueryParam("name")
          @DefaultValue("")
          String name,
      @QueryParam("after") @DefaultValue("") String after,
      @QueryParam("limit") @DefaultValue("100") int limit) {
    if (name.length() > MOST_NAME) {
      throw ProblemException.badRequest(
          "name", "it has " + name.length() + " characters", "write at most " + MOST_NAME);
    }
    seen(organization);
    String part = lower(name);
    return page(
        kind(kind),
        object ->
            DirectoryKeys.organizationOf(object).equals(organization)
                && lower(ObjectKind.nameOf(object)).contains(part),
        after,
        limit);
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  @GET
  @Path("/{organization}")
  @Operation(summary = "An organization, without its objects", description = "With its ETag.")
  public Response organization(@PathParam("organization") String organization) {
    DirectoryObject object =
        existing(seen(organization), organization, ObjectKind.ORGANIZATION, organization);
    return tagged(object, FileView.fields(object));
  }

  @GET
  @Path("/{organization}/" + KINDS + "/{name}")
  @Operation(
      summary = "One object",
      description =
          "With its ETag. Its fields, as for PUT; with warnings=true as an item of the list: etag, "
              + "object and warnings.")
  public Response one(
      @PathParam("organization") String organization,
      @PathParam("kind") String kind,
      @PathParam("name") String name,
      @Parameter(description = "With its warnings, as in the list")
          @QueryParam("warnings")
          @DefaultValue("false")
          boolean withWarnings) {
    Directory directory = seen(organization);
    DirectoryObject object = existing(directory, organization, kind(kind), name);
    return tagged(
        object,
        withWarnings ? items(directory, List.of(object)).getFirst() : FileView.fields(object));
  }

  private static Response tagged(DirectoryObject object, Object body) {
    return Response.ok(body)
        .header(HttpHeaders.ETAG, Precondition.quoted(ObjectVersion.of(object)))
        .build();
  }

  @PUT
  @Path("/{organization}")
  @Consumes({MediaType.APPLICATION_JSON, "application/yaml"})
  @Operation(
      summary = "Creates or changes an organization",
      description = "An operator creates it; If-Match with the ETag changes it.")
  @APIResponseSchema(value = ObjectAnswer.class, responseCode = "200")
  @APIResponse(responseCode = "201", description = "Made")
  public Response putOrganization(
      @PathParam("organization") String organization,
      InputStream body,
      @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch,
      @HeaderParam(HttpHeaders.IF_NONE_MATCH) @Nullable String ifNoneMatch,
      @QueryParam("dryRun") @DefaultValue("false") boolean dryRun,
      @QueryParam("reason") @DefaultValue("") String reason)
      throws IOException {
    return put(
        organization, ORGANIZATIONS, organization, body, ifMatch, ifNoneMatch, dryRun, reason);
  }

  @PUT
  @Path("/{organization}/" + KINDS + "/{name}")
  @Consumes({MediaType.APPLICATION_JSON, "application/yaml"})
  @Operation(
      summary = "Creates or changes one object",
      description =
          "The complete object. If-None-Match: * creates it only if it does not exist; an existing "
              + "one needs If-Match with its ETag. The name may be omitted from the body.")
  @APIResponseSchema(
      value = ObjectAnswer.class,
      responseCode = "200",
      responseDescription = "Changed, compared (dry run), or nothing to change")
  @APIResponse(responseCode = "201", description = "Made")
  @APIResponse(responseCode = "422", description = "The object has errors, each with its line")
  public Response put(
      @PathParam("organization") String organization,
      @PathParam("kind") String kind,
      @PathParam("name") String name,
      InputStream body,
      @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch,
      @HeaderParam(HttpHeaders.IF_NONE_MATCH) @Nullable String ifNoneMatch,
      @QueryParam("dryRun") @DefaultValue("false") boolean dryRun,
      @QueryParam("reason") @DefaultValue("") String reason)
      throws IOException {
    ObjectKind which = kind(kind);
    caller.requireRead(organization, "organization " + organization);
    byte[] text = body.readNBytes(MOST_BYTES + 1);
    if (text.length > MOST_BYTES) {
      throw ProblemException.tooLarge("An object has at most 1 MB.");
    }
    Author author = Author.of(caller, SOURCE, reason);
    Directory before = current.get();
    DirectoryFile file = DirectoryFile.object(text, which, organization, normal(which, name));
    Optional<DirectoryObject> wanted = file.objects().stream().findFirst();
    if (wanted.isPresent()) {
      permit(wanted.get(), before, organization);
    }
    Faults.refuse(file.problems());
    return make(
        change(before, wanted.orElseThrow(), author, dryRun).placed(file::locate),
        wanted.orElseThrow(),
        ifMatch,
        ifNoneMatch);
  }

  @DELETE
  @Path("/{organization}")
  @Operation(
      summary = "Removes an organization without objects",
      description = "Needs If-Match, and the role of an operator.")
  @APIResponseSchema(value = ObjectAnswer.class, responseCode = "200")
  public Response removeOrganization(
      @PathParam("organization") String organization,
      @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch,
      @QueryParam("dryRun") @DefaultValue("false") boolean dryRun,
      @QueryParam("reason") @DefaultValue("") String reason) {
    return remove(organization, ORGANIZATIONS, organization, ifMatch, dryRun, reason);
  }

  @DELETE
  @Path("/{organization}/" + KINDS + "/{name}")
  @Operation(summary = "Removes one object", description = "Needs If-Match with its ETag.")
  @APIResponseSchema(value = ObjectAnswer.class, responseCode = "200")
  @APIResponse(responseCode = "422", description = "Another object still needs it")
  public Response remove(
      @PathParam("organization") String organization,
      @PathParam("kind") String kind,
      @PathParam("name") String name,
      @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch,
      @QueryParam("dryRun") @DefaultValue("false") boolean dryRun,
      @QueryParam("reason") @DefaultValue("") String reason) {
    ObjectKind which = kind(kind);
    caller.requireRead(organization, "organization " + organization);
    Author author = Author.of(caller, SOURCE, reason);
    Directory before = current.get();
    DirectoryObject removed =
        existing(before, organization, which, name).toBuilder().setRemoved(true).build();
    if (which == ObjectKind.ORGANIZATION) {
      caller.requireOperator();
    }
    caller.requireChange(organization, "organization " + organization);
    return make(change(before, removed, author, dryRun), removed, ifMatch, null);
  }

  private static Change change(
      Directory before, DirectoryObject wanted, Author author, boolean dryRun) {
    return Change.of(
        before,
        List.of(DirectoryKeys.organizationOf(wanted)),
        directory -> List.of(wanted),
        author,
        dryRun);
  }

  /**
   * The owner of the directory compares the object's version again, so that of two changes of one
   * version one is made (docs/decisions/0063-objects-one-by-one.md).
   */
  private Response make(
      Change asked,
      DirectoryObject wanted,
      @Nullable String ifMatch,
      @Nullable String ifNoneMatch) {
    String key = DirectoryKeys.key(wanted);
    String had = ObjectVersion.of(asked.before().object(key));
    Optional<String> expected = Precondition.expected(had, ifMatch, ifNoneMatch);
    Change change =
        asked.ofObject(
            ExpectedObject.newBuilder().setKey(key).setVersion(expected.orElse("")).build(),
            ifMatch != null || ifNoneMatch != null);
    if (expected.isEmpty()) {
      throw changes.meanwhile(change, change.before());
    }
    Changed made = changes.make(change);
    boolean isNew = had.equals(ObjectVersion.NONE) && made.applied();
    Response.ResponseBuilder answer =
        Response.status(isNew ? Response.Status.CREATED : Response.Status.OK)
            .entity(
                new ObjectAnswer(
                    made.version(),
                    made.dryRun(),
                    made.applied(),
                    made.changes().stream().findFirst().orElse(null),
                    wanted.getRemoved() ? null : FileView.fields(wanted),
                    made.warnings()));
    if (!wanted.getRemoved()) {
      answer.header(HttpHeaders.ETAG, Precondition.quoted(ObjectVersion.of(wanted)));
    }
    return answer.build();
  }

  /** 404, 403 as the caller's rights are. */
  private void permit(DirectoryObject wanted, Directory before, String organization) {
    boolean isNew = before.organization(organization).isEmpty();
    if (!wanted.hasOrganization() && isNew) {
      throw ProblemException.notFound("organization " + organization);
    }
    if (wanted.hasOrganization() && isNew) {
      caller.requireOperator();
    }
    caller.requireChange(organization, "organization " + organization);
    Permission.problem(wanted, before, caller.rights())
        .map(DirectoryProblem::getProblem)
        .ifPresent(
            problem -> {
              throw ProblemException.forbidden(
                  Character.toUpperCase(problem.charAt(0)) + problem.substring(1) + ".");
            });
  }

  private Directory seen(String organization) {
    caller.requireRead(organization, "organization " + organization);
    Directory directory = current.get();
    if (directory.organization(organization).isEmpty()) {
      throw ProblemException.notFound("organization " + organization);
    }
    return directory;
  }

  private static DirectoryObject existing(
      Directory directory, String organization, ObjectKind kind, String name) {
    return directory
        .object(kind.key(organization, normal(kind, name)))
        .filter(object -> DirectoryKeys.organizationOf(object).equals(organization))
        .orElseThrow(
            () -> ProblemException.notFound(kind.word().replace('-', ' ') + " \"" + name + "\""));
  }

  private ObjectPage page(
      ObjectKind kind, Predicate<DirectoryObject> wanted, String after, int limit) {
    if (limit < 1 || limit > MOST) {
      throw ProblemException.badRequest("limit", "it is " + limit, "write 1 to " + MOST);
    }
    Directory directory = current.get();
    List<DirectoryObject> found =
        directory.objects().stream()
            .filter(kind::is)
            .filter(wanted)
            .filter(object -> ObjectKind.nameOf(object).compareTo(after) > 0)
            .sorted(Comparator.comparing(ObjectKind::nameOf))
            .limit(limit + 1L)
            .toList();
    List<DirectoryObject> shown = found.subList(0, Math.min(limit, found.size()));
    return new ObjectPage(
        directory.version(),
        items(directory, shown),
        found.size() > limit ? ObjectKind.nameOf(shown.getLast()) : null);
  }

  private List<ObjectPage.Item> items(Directory directory, List<DirectoryObject> objects) {
    Map<String, List<Changed.Warning>> known =
        DirectoryWarnings.of(directory, objects, Instant.now()).stream()
            .map(warning -> Changed.Warning.of(warning, 0))
            .collect(Collectors.groupingBy(Changed.Warning::object));
    return objects.stream()
        .map(
            object ->
                new ObjectPage.Item(
                    Precondition.quoted(ObjectVersion.of(object)),
                    FileView.fields(object),
                    known.getOrDefault(DirectoryKeys.key(object), List.of())))
        .toList();
  }

  private static ObjectKind kind(String plural) {
    return ObjectKind.of(plural).orElseThrow(() -> ProblemException.notFound("kind " + plural));
  }

  /** A domain as the directory has it. */
  private static String normal(ObjectKind kind, String name) {
    String ascii = kind == ObjectKind.ACCEPTED_DOMAIN ? DomainNames.aLabels(name) : null;
    return ascii == null ? name : DomainNames.normal(ascii);
  }
}
