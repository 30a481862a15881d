package io.postern.console.web.operation;

import io.postern.api.ProblemException;
import io.postern.console.reports.Report;
import io.postern.console.reports.ReportsResource;
import io.postern.console.web.frame.FieldFaults;
import io.postern.console.web.frame.FormField;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.PosternCommand;
import io.postern.console.web.frame.QueryPath;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/** The reports: their names, and each as a table by day and as a file (docs/guides/reports.md). */
@Page
@Path("/reports")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class ReportsPage {
  private static final int MOST_ROWS = 1000;
  private static final int BAD_REQUEST = 400;
  private static final String NAME = "[a-z-]+";

  private final Frames frames;
  private final ReportsResource reports;

  ReportsPage(Frames frames, ReportsResource reports) {
    this.frames = frames;
    this.reports = reports;
  }

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance reports(Frame f, List<Entry> entries);

    static native TemplateInstance report(Frame f, View v);
  }

  /**
   * A report of the list.
   *
   * @param says what a row says
   * @param exchange what Exchange calls it
   */
  public record Entry(String name, String says, String exchange, String href) {}

  /**
   * @param cut rows beyond the bound are not shown; the file may have them
   */
  public record View(
      String name,
      String says,
      List<FormField> fields,
      List<String> columns,
      List<List<ReportCells.Cell>> rows,
      String count,
      boolean cut,
      String csv) {}

  @GET
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String list() {
    Frame frame = frames.of("nav.reports").json("/api/v1/reports").command("postern report");
    return Templates.reports(
            frame,
            reports.list().stream()
                .map(
                    name ->
                        new Entry(
                            frame.t("reports.name." + name),
                            frame.t("reports.says." + name),
                            frame.t("reports.exchange." + name),
                            "/reports/" + name))
                .toList())
        .render();
  }

  @GET
  @Path("/{file: " + NAME + "[.]csv}")
  @Produces("text/csv")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response file(
      @PathParam("file") String file,
      @QueryParam("organization") @DefaultValue("") String organization,
      @QueryParam("since") @DefaultValue("7d") String since,
      @QueryParam("until") @DefaultValue("") String until) {
    String name = file.replace(".csv", "");
    Report report = reports.report(name, organization, since, until);
    return Response.ok(report.csv(), MediaType.valueOf("text/csv").withCharset("utf-8"))
        .header(
            HttpHeaders.CONTENT_DISPOSITION,
            "attachment; filename=\"%s-%s-%s.csv\""
                .formatted(report.name(), report.since(), report.until()))
        .build();
  }

  @GET
  @Path("/{name: " + NAME + "}")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String read(
      @PathParam("name") String name,
      @QueryParam("organization") @DefaultValue("") String organization,
      @QueryParam("since") @DefaultValue("") String since,
      @QueryParam("until") @DefaultValue("") String until) {
    String first = since.isBlank() ? "7d" : since.strip();
    Frame frame =
        frames
            .of("reports.name." + name)
            .json(link("/api/v1/reports/" + name, organization, first, until))
            .command(
                PosternCommand.of("report " + name)
                    .with("--organization", organization)
                    .with("--since", first)
                    .with("--until", until)
                    .toString());
    FieldFaults faults = FieldFaults.NONE;
    Report report = null;
    try {
      report = reports.report(name, organization.strip(), first, until.strip());
    } catch (ProblemException e) {
      if (e.problem().status() != BAD_REQUEST) {
        throw e;
      }
      faults = FieldFaults.of(e.problem());
    }
    return Templates.report(frame, view(frame, name, organization, first, until, faults, report))
        .render();
  }

  private static View view(
      Frame f,
      String name,
      String organization,
      String since,
      String until,
      FieldFaults faults,
      @Nullable Report report) {
    int rows = report == null ? 0 : report.rows().size();
    return new View(
        name,
        f.t("reports.says." + name),
        List.of(
            FormField.text("since", f.t("reports.since"), since, faults),
            FormField.text("until", f.t("reports.until"), until, faults),
            FormField.organization(f, f.t("operation.organization"), organization, faults)),
        report == null
            ? List.of()
            : ReportCells.shown(report).stream()
                .map(column -> f.word("reports.column", column))
                .toList(),
        report == null ? List.of() : ReportCells.of(f, report, MOST_ROWS),
        f.number(rows),
        report != null && (report.cut() || rows > MOST_ROWS),
        link("/reports/" + name + ".csv", organization, since, until));
  }

  private static String link(String path, String organization, String since, String until) {
    return QueryPath.to(path)
        .with("since", since)
        .with("until", until)
        .with("organization", organization)
        .toString();
  }
}
