package io.postern.console.web.partners;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.PageAnswers;
import io.postern.console.web.frame.Submitted;
import io.postern.console.web.frame.Values;
import io.postern.console.web.peers.Peer;
import io.postern.console.web.peers.Peers;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestForm;
import org.jboss.resteasy.reactive.multipart.FileUpload;
import org.jspecify.annotations.Nullable;

/** Takes over Exchange's connectors and accepted domains: compared first, then made. */
@Page
@Path("/partners")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class ImportPage {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int CHANGED_MEANWHILE = 412;

  private final Frames frames;
  private final Peers peers;
  private final Connectors connectors;

  ImportPage(Frames frames, Peers peers, Connectors connectors) {
    this.frames = frames;
    this.peers = peers;
    this.connectors = connectors;
  }

  /** What was typed, and why it was refused. */
  public record Form(
      String organization,
      String routes,
      String text,
      String problem,
      List<Problem.Fault> faults) {}

  /** What became of a parameter. */
  public record Finding(String object, String parameter, String value, String remark) {}

  public record Group(String taken, boolean open, List<Finding> findings) {
    public long count() {
      return findings.size();
    }
  }

  /** An object that is added, changed or removed. */
  public record Change(String change, String object, List<ConnectorHistory.FieldChange> fields) {}

  /**
   * @param seen the directory's version that was compared
   * @param draft a directory file
   */
  public record Result(String seen, String draft, List<Group> groups, List<Change> changes) {}

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance importExchange(
        Frame f,
        List<String> organizations,
        Form v,
        @Nullable Result r,
        String imported,
        List<String> notes);
  }

  @GET
  @Path("import")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String ask(
      @QueryParam("organization") @DefaultValue("") String organization,
      @QueryParam("imported") @DefaultValue("") String imported) {
    return page(new Form(organization, "", "", "", List.of()), null, imported);
  }

  private String page(Form shown, @Nullable Result result, String imported) {
    Frame f = frames.of("imp.title").command("postern import exchange FILE --organization ID");
    List<String> notes = new ArrayList<>(); // what was typed stays, whoever is silent
    return Templates.importExchange(
            f,
            connectors.organizations(notes).stream().filter(f::mayChange).toList(),
            shown,
            result,
            imported,
            notes)
        .render();
  }

  @POST
  @Path("import")
  @Consumes(MediaType.MULTIPART_FORM_DATA)
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response take(
      @RestForm @DefaultValue("") String organization,
      @RestForm @DefaultValue("") String routes,
      @RestForm @DefaultValue("") String text,
      @RestForm @DefaultValue("") String seen,
      @RestForm @DefaultValue("") String reason,
      @RestForm("file") @Nullable FileUpload file) {
    if (UploadedText.isTooLarge(file)) {
      Form empty = new Form(organization, routes, "", "imp.tooLarge", List.of());
      return Response.ok(page(empty, null, "")).build();
    }
    String read = UploadedText.of(file, text);
    Form shown = new Form(organization, routes, read, "", List.of());
    if (read.isBlank()) {
      return Response.ok(page(problem(shown, "imp.nothing", List.of()), null, "")).build();
    }
    boolean dryRun = seen.isEmpty();
    StringBuilder query =
        new StringBuilder("/import/exchange?organization=" + Frame.encoded(organization))
            .append("&dryRun=")
            .append(dryRun);
    Submitted.split(routes)
        .forEach(route -> query.append("&mailboxRoute=").append(Frame.encoded(route)));
    try {
      JsonNode answer =
          peers
              .policy()
              .postFile(
                  Values.joined("&", query.toString(), Values.query("reason", reason)),
                  MediaType.APPLICATION_OCTET_STREAM,
                  read,
                  dryRun ? null : "\"" + seen + "\"",
                  PATIENCE)
              .body();
      if (!dryRun && answer.path("applied").asBoolean()) {
        return PageAnswers.see(
            "/partners/import?organization="
                + Frame.encoded(organization)
                + "&imported="
                + answer.path("version").asLong());
      }
      List<Problem.Fault> faults = Peer.faults(answer);
      return Response.ok(
              page(
                  faults.isEmpty() ? shown : problem(shown, "imp.notValid", faults),
                  result(answer),
                  ""))
          .build();
    } catch (ProblemException e) {
      Problem problem = e.problem();
      String sentence =
          problem.status() == CHANGED_MEANWHILE
              ? "imp.meanwhile"
              : problem.detail().isEmpty() ? "imp.notValid" : problem.detail();
      return Response.ok(page(problem(shown, sentence, problem.errors()), null, "")).build();
    }
  }

  private static Form problem(Form form, String sentence, List<Problem.Fault> faults) {
    return new Form(form.organization(), form.routes(), form.text(), sentence, faults);
  }

  private static Result result(JsonNode answer) {
    List<Group> groups = new ArrayList<>();
    for (String taken : List.of("notTaken", "unknown", "different", "taken")) {
      List<Finding> findings = new ArrayList<>();
      for (JsonNode each : answer.path("findings")) {
        if (each.path("taken").asText("").equals(taken)) {
          findings.add(
              new Finding(
                  each.path("object").asText(""),
                  each.path("parameter").asText(""),
                  each.path("value").asText(""),
                  each.path("remark").asText("")));
        }
      }
      if (!findings.isEmpty()) {
        groups.add(new Group(taken, !taken.equals("taken"), findings));
      }
    }
    List<Change> changes = new ArrayList<>();
    for (JsonNode each : answer.path("changes")) {
      changes.add(
          new Change(
              each.path("change").asText(""),
              each.path("object").asText(""),
              ConnectorHistory.fields(each)));
    }
    return new Result(
        answer.path("seen").asText(""), answer.path("file").asText(""), groups, changes);
  }
}
