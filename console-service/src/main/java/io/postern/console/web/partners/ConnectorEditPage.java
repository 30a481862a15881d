package io.postern.console.web.partners;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.PageAnswers;
import io.postern.console.web.frame.PosternCommand;
import io.postern.console.web.frame.Submitted;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;

/**
 * A form for a connector or a routing rule, new or there. What was typed stays until it is taken; a
 * change by somebody else is shown, and the reader decides.
 */
@Page
@Path("/connectors")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class ConnectorEditPage {
  private static final int CHANGED_MEANWHILE = 412;
  private static final int EXISTS = 428;
  private static final List<String> TYPES = List.of("partner", "onPremises");

  private final Frames frames;
  private final Connectors connectors;
  private final Submitted form;

  ConnectorEditPage(Frames frames, Connectors connectors, Submitted form) {
    this.frames = frames;
    this.connectors = connectors;
    this.form = form;
  }

  /**
   * @param etag of the state that the form was filled with; empty: it is new
   * @param kind of what is said above: empty, check, meanwhile, refused
   * @param fields that differ
   */
  public record View(
      String action,
      String back,
      String organization,
      String direction,
      String name,
      String etag,
      String reason,
      String kind,
      String problem,
      List<Problem.Fault> nameFaults,
      List<Problem.Fault> others,
      List<ConnectorHistory.FieldChange> fields,
      List<Connectors.WarningView> warnings,
      List<ConnectorForm.Shown> groups) {
    public boolean fresh() {
      return etag.isEmpty();
    }
  }

  /**
   * The form as it is filled.
   *
   * @param etag of the state that it was filled with; empty: it is new
   */
  private record Draft(
      Frame f,
      String organization,
      String direction,
      String name,
      String etag,
      String reason,
      ObjectNode object) {}

  /** What is said above the form. */
  private record Said(
      String kind,
      String problem,
      List<Problem.Fault> faults,
      List<ConnectorHistory.FieldChange> fields,
      List<Connectors.WarningView> warnings) {
    static final Said NOTHING = new Said("", "", List.of(), List.of(), List.of());

    static Said refused(String problem, List<Problem.Fault> faults) {
      return new Said("refused", problem, faults, List.of(), List.of());
    }
  }

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance connectorEdit(Frame f, View v, List<String> organizations);

    static native TemplateInstance connectorNew(
        Frame f, List<String> organizations, String organization);
  }

  @GET
  @Path("new")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String add(
      @QueryParam("organization") @DefaultValue("") String organization,
      @QueryParam("direction") @DefaultValue("") String direction,
      @QueryParam("type") @DefaultValue("partner") String type) {
    List<String> organizations = mine();
    if (direction.isEmpty() || !TYPES.contains(type)) {
      Frame f =
          frames.of("con.new").command("postern connectors add ORGANIZATION inbound|outbound FILE");
      return Templates.connectorNew(f, organizations, organization).render();
    }
    String chosen =
        organization.isEmpty() && !organizations.isEmpty()
            ? organizations.getFirst()
            : organization;
    return page(
        new Draft(
            fresh(direction),
            chosen,
            direction,
            "",
            "",
            "",
            ConnectorForm.standing(direction, type)),
        Said.NOTHING);
  }

  private Frame fresh(String direction) {
    return direction.equals(Connectors.ROUTING) ? frames.of("con.newRule") : frames.of("con.new");
  }

  private List<String> mine() {
    Frame f = frames.of("con.new");
    return connectors.organizations().stream().filter(f::mayChange).toList();
  }

  @POST
  @Path("new")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response make() {
    String direction = form.text("direction");
    ObjectNode wanted =
        ConnectorForm.read(
            direction, ConnectorForm.standing(direction, form.text("connectorType")), form);
    return save(
        new Draft(
            fresh(direction),
            form.text("organization"),
            direction,
            form.text("name"),
            "",
            form.text("reason"),
            wanted));
  }

  @GET
  @Path("{organization}/{direction}/{name}/edit")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String edit(
      @PathParam("organization") String organization,
      @PathParam("direction") String direction,
      @PathParam("name") String name) {
    Connectors.Connector connector = connectors.one(organization, direction, name);
    return page(
        new Draft(
            frames.titled(name),
            organization,
            direction,
            name,
            connector.etag(),
            "",
            connector.object()),
        Said.NOTHING);
  }

  @POST
  @Path("{organization}/{direction}/{name}/edit")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response change(
      @PathParam("organization") String organization,
      @PathParam("direction") String direction,
      @PathParam("name") String name) {
    Connectors.Connector connector = connectors.one(organization, direction, name);
    ObjectNode wanted = ConnectorForm.read(direction, connector.object(), form);
    return save(
        new Draft(
            frames.titled(name),
            organization,
            direction,
            name,
            form.text("etag"),
            form.text("reason"),
            wanted));
  }

  private Response save(Draft draft) {
    boolean checks = form.text("action").equals("check");
    if (draft.name().isEmpty()) {
      return Response.ok(page(draft, named(draft.f(), "con.nameMissing", "con.nameCure"))).build();
    }
    try {
      JsonNode answer =
          connectors.put(
              draft.organization(),
              draft.direction(),
              draft.name(),
              draft.etag(),
              draft.object(),
              checks,
              draft.reason());
      return checks
          ? Response.ok(
                  page(
                      draft,
                      new Said(
                          "check",
                          "",
                          List.of(),
                          ConnectorHistory.fields(answer.path("change")),
                          Connectors.warnings(answer.path("warnings")))))
              .build()
          : PageAnswers.see(
              Connectors.page(draft.organization(), draft.direction(), draft.name())
                  + "?saved="
                  + answer.path("version").asLong());
    } catch (ProblemException e) {
      return Response.ok(refused(draft, e)).build();
    }
  }

  private String refused(Draft draft, ProblemException e) {
    Problem problem = e.problem();
    if (problem.status() == CHANGED_MEANWHILE && !draft.etag().isEmpty()) {
      Connectors.Connector current =
          connectors.one(draft.organization(), draft.direction(), draft.name());
      return page(
          new Draft(
              draft.f(),
              draft.organization(),
              draft.direction(),
              draft.name(),
              current.etag(),
              draft.reason(),
              draft.object()),
          new Said(
              "meanwhile",
              "",
              List.of(),
              ConnectorHistory.between(current.object(), draft.object()),
              List.of()));
    }
    if (problem.status() == EXISTS) {
      return page(draft, named(draft.f(), "con.exists", "con.existsCure"));
    }
    if (problem.status() != Problem.UNPROCESSABLE && problem.status() != 400) {
      throw e;
    }
    return page(
        draft, Said.refused(problem.errors().isEmpty() ? problem.detail() : "", problem.errors()));
  }

  /** A fault of the name, which is no field of the form. */
  private static Said named(Frame f, String fault, String cure) {
    return Said.refused("", List.of(new Problem.Fault("/name", f.t(fault), f.t(cure))));
  }

  private String page(Draft draft, Said said) {
    boolean fresh = draft.etag().isEmpty();
    String page =
        fresh
            ? "/connectors"
            : Connectors.page(draft.organization(), draft.direction(), draft.name());
    View view =
        new View(
            page + (fresh ? "/new" : "/edit"),
            page,
            draft.organization(),
            draft.direction(),
            draft.name(),
            draft.etag(),
            draft.reason(),
            said.kind(),
            said.problem(),
            said.faults().stream()
                .filter(each -> ConnectorForm.nameOf(each).equals("name"))
                .toList(),
            ConnectorForm.others(draft.direction(), said.faults()),
            said.fields(),
            said.warnings(),
            ConnectorForm.groups(
                draft.direction(),
                draft.object(),
                said.faults(),
                connectors.ofRules(draft.organization(), draft.direction(), new ArrayList<>())));
    PosternCommand command =
        Connectors.command(draft.direction(), fresh ? "add" : "set").add(draft.organization());
    if (!draft.direction().equals(Connectors.ROUTING) || !fresh) {
      command.add(fresh ? draft.direction() : draft.name());
    }
    draft.f().command(command + (fresh ? " FILE" : " FIELD=VALUE"));
    return Templates.connectorEdit(draft.f(), view, fresh ? mine() : List.of()).render();
  }
}
