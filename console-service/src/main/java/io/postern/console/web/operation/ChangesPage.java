package io.postern.console.web.operation;

import io.postern.api.ProblemException;
import io.postern.console.changes.Changes;
import io.postern.console.changes.ChangesResource;
import io.postern.console.web.frame.FieldFaults;
import io.postern.console.web.frame.FormField;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.PosternCommand;
import io.postern.console.web.frame.QueryPath;
import io.postern.directory.DirectoryChange;
import io.postern.directory.DirectoryDiff;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/** Changes of the directory: who, when, before and after (docs/guides/reports.md). */
@Page
@Path("/changes")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class ChangesPage {
  private static final int LIMIT = 20;
  private static final int BAD_REQUEST = 400;
  private static final String DEFAULT_SINCE = "90d";

  private final Frames frames;
  private final ChangesResource changes;

  ChangesPage(Frames frames, ChangesResource changes) {
    this.frames = frames;
    this.changes = changes;
  }

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance changes(Frame f, View v);
  }

  /**
   * @param next the page of older ones; null: there are none
   * @param unfinished the search took too long, and goes on there
   */
  public record View(
      List<FormField> fields,
      List<Change> changes,
      @Nullable String next,
      boolean unfinished,
      boolean filtered) {}

  /**
   * A command.
   *
   * @param recipients of a list of recipients; empty: none
   * @param reason that was given; empty: none
   */
  public record Change(
      String at,
      String by,
      String byHref,
      String version,
      List<Changed> objects,
      String recipients,
      String reason) {}

  /**
   * An object that changed.
   *
   * @param href its page; empty: it has none, or is gone
   */
  public record Changed(
      String change, String mark, String object, String href, List<Difference> fields) {}

  /** A field; empty: it was, or is, not set. */
  public record Difference(String field, String before, String after) {}

  @GET
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String read(
      @QueryParam("organization") @DefaultValue("") String organization,
      @QueryParam("object") @DefaultValue("") String object,
      @QueryParam("by") @DefaultValue("") String by,
      @QueryParam("since") @DefaultValue("") String since,
      @QueryParam("until") @DefaultValue("") String until,
      @QueryParam("before") @DefaultValue("0") long before,
      @Context UriInfo uri) {
    String first = since.isBlank() ? DEFAULT_SINCE : since.strip();
    Frame frame =
        frames
            .of("nav.changes")
            .json(
                QueryPath.to("/api/v1/changes")
                    .with("organization", organization)
                    .with("object", object)
                    .with("by", by)
                    .with("since", first)
                    .with("until", until)
                    .toString())
            .command(
                PosternCommand.of("changes")
                    .with("--organization", organization)
                    .with("--object", object)
                    .with("--by", by)
                    .with("--since", first)
                    .with("--until", until)
                    .toString());
    FieldFaults faults = FieldFaults.NONE;
    List<Change> shown = List.of();
    String next = null;
    boolean unfinished = false;
    try {
      Changes found =
          changes.list(
              organization.strip(),
              object.strip(),
              by.strip(),
              first,
              until.strip(),
              LIMIT,
              before,
              uri);
      shown = found.changes().stream().map(each -> change(frame, each)).toList();
      next = found.next();
      unfinished = found.unfinished() != null;
    } catch (ProblemException e) {
      if (e.problem().status() != BAD_REQUEST) {
        throw e;
      }
      faults = FieldFaults.of(e.problem());
    }
    return Templates.changes(
            frame,
            new View(
                List.of(
                    FormField.organization(
                        frame, frame.t("operation.organization"), organization, faults),
                    FormField.text("object", frame.t("changes.object"), object, faults),
                    FormField.text("by", frame.t("changes.by"), by, faults),
                    FormField.text("since", frame.t("changes.since"), first, faults),
                    FormField.text("until", frame.t("changes.until"), until, faults)),
                shown,
                next,
                unfinished,
                uri.getRequestUri().getRawQuery() != null))
        .render();
  }

  private static Change change(Frame f, Changes.Change change) {
    return new Change(
        change.at(),
        change.by(),
        QueryPath.to("/changes").with("by", change.by()).toString(),
        f.number(change.version()),
        change.objects().stream().map(object -> changed(f, object)).toList(),
        change.recipients(),
        change.reason());
  }

  private static Changed changed(Frame f, DirectoryChange change) {
    boolean removed = change.change().equals(DirectoryChange.REMOVED);
    return new Changed(
        f.word("changes.kind", change.change()),
        switch (change.change()) {
          case DirectoryChange.ADDED -> "good";
          case DirectoryChange.REMOVED -> "bad";
          default -> "wait";
        },
        change.object(),
        removed ? "" : href(change.object()),
        change.fields().stream()
            .map(
                field ->
                    new Difference(
                        DirectoryDiff.APPROVALS.contains(field.field())
                            ? f.word("field", field.field())
                            : field.field(),
                        text(field.before()),
                        text(field.after())))
            .toList());
  }

  private static String text(@Nullable Object value) {
    return value == null ? "" : value.toString();
  }

  /** Of an object's key: KIND/ORGANIZATION/NAME, or KIND/NAME. */
  private static String href(String key) {
    String[] parts = key.split("/", 3);
    return switch (parts[0]) {
      case "inbound-connector", "outbound-connector", "routing-rule" ->
          connector(parts, parts[0].replaceFirst("-.*", ""));
      case "organization" -> QueryPath.to("/connectors").with("organization", parts[1]).toString();
      case "accepted-domain" -> QueryPath.to("/certificates/dns").with("name", parts[1]).toString();
      default -> "";
    };
  }

  private static String connector(String[] parts, String direction) {
    return parts.length < 3
        ? ""
        : "/connectors/"
            + Frame.encoded(parts[1])
            + "/"
            + direction
            + "/"
            + Frame.encoded(parts[2]);
  }
}
