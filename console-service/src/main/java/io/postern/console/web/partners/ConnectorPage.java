package io.postern.console.web.partners;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.PageAnswers;
import io.postern.console.web.frame.Values;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.FormParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;

/**
 * One connector or routing rule: its fields, warnings, mail and history; its removal, and the way
 * back.
 */
@Page
@Path("/connectors")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class ConnectorPage {
  private static final int CHANGED_MEANWHILE = 412;

  private final Frames frames;
  private final Connectors connectors;
  private final ConnectorHistory history;
  private final ConnectorTraffic traffic;

  ConnectorPage(
      Frames frames, Connectors connectors, ConnectorHistory history, ConnectorTraffic traffic) {
    this.frames = frames;
    this.connectors = connectors;
    this.history = history;
    this.traffic = traffic;
  }

  /** A field with its label. */
  public record Fact(String field, String value) {}

  /**
   * @param met met, unmet, changed; empty: never validated
   * @param notes what another service did not say
   */
  public record View(
      String page,
      String organization,
      String direction,
      String name,
      String type,
      String mode,
      String matches,
      String tls,
      String etag,
      List<Fact> facts,
      List<Connectors.WarningView> warnings,
      ConnectorTraffic.Use use,
      String mailLink,
      String refusalsLink,
      String validated,
      String validatedBy,
      String met,
      String summary,
      List<String> notes) {
    public boolean inbound() {
      return direction.equals(Connectors.INBOUND);
    }

    public boolean rule() {
      return direction.equals(Connectors.ROUTING);
    }
  }

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance connector(
        Frame f, View c, List<ConnectorHistory.Change> changes, String saved);

    static native TemplateInstance connectorRollback(
        Frame f,
        View c,
        ConnectorHistory.Change to,
        List<ConnectorHistory.FieldChange> fields,
        List<Connectors.WarningView> warnings,
        String problem);

    static native TemplateInstance connectorDelete(Frame f, View c, String problem);
  }

  @GET
  @Path("{organization}/{direction}/{name}")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String read(
      @PathParam("organization") String organization,
      @PathParam("direction") String direction,
      @PathParam("name") String name,
      @QueryParam("saved") @DefaultValue("") String saved,
      @Context UriInfo uri) {
    Connectors.Connector connector = connectors.one(organization, direction, name);
    Frame f = frames.titled(name);
    f.command(Connectors.command(direction, "show").add(organization).add(name).toString());
    return Templates.connector(
            f,
            view(f, connector),
            history.of(organization, direction, name, connector.object(), uri),
            saved)
        .render();
  }

  private View view(Frame f, Connectors.Connector connector) {
    String organization = connector.organization();
    String direction = connector.direction();
    String name = connector.name();
    List<String> notes = new ArrayList<>();
    JsonNode last =
        direction.equals(Connectors.OUTBOUND)
            ? connectors
                .lastValidation(organization, name, notes)
                .orElse(connector.object().path("-"))
            : connector.object().path("-");
    return new View(
        Connectors.page(organization, direction, name),
        organization,
        direction,
        name,
        connector.object().path("connectorType").asText(),
        ConnectorText.mode(connector.object()),
        ConnectorText.matches(f, connector),
        ConnectorText.tls(f, connector),
        connector.etag(),
        facts(f, connector.object()),
        connector.warnings(),
        traffic.read().of(organization, direction, name),
        ConnectorsPage.search(organization, name, "messages"),
        ConnectorsPage.search(organization, name, "refusals"),
        last.path("at").asText(""),
        last.path("by").asText(""),
        last.isObject() ? ConnectorsPage.met(last) : "",
        last.path("summary").asText(""),
        notes);
  }

  private static List<Fact> facts(Frame f, ObjectNode object) {
    List<Fact> facts = new ArrayList<>();
    object
        .properties()
        .forEach(
            field -> {
              if (!field.getKey().equals("name")) {
                facts.add(new Fact(field.getKey(), value(f, field.getKey(), field.getValue())));
              }
            });
    return facts;
  }

  /** A field's value in the reader's words. */
  static String value(Frame f, String field, JsonNode value) {
    if (value.isBoolean()) {
      return f.t(value.asBoolean() ? "con.yes" : "con.no");
    }
    return switch (field) {
      case "connectorType" -> f.word("contype", value.asText());
      case "mode" -> f.word("conmode", value.asText());
      case "tlsSettings", "revocation" -> f.word(field, value.asText());
      case "fromScope", "sentToScope" -> f.word("choice." + field, value.asText());
      default -> Values.text(value);
    };
  }

  @GET
  @Path("{organization}/{direction}/{name}/rollback")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String rollback(
      @PathParam("organization") String organization,
      @PathParam("direction") String direction,
      @PathParam("name") String name,
      @QueryParam("version") long version,
      @Context UriInfo uri) {
    return rollback(connectors.one(organization, direction, name), version, uri, "");
  }

  private String rollback(
      Connectors.Connector connector, long version, UriInfo uri, String problem) {
    ConnectorHistory.Change to = state(connector, version, uri);
    Frame f =
        frames
            .of("con.rollback")
            .command(
                Connectors.command(connector.direction(), "set")
                        .add(connector.organization())
                        .add(connector.name())
                    + " FIELD=VALUE");
    String shown = problem;
    JsonNode compared = connector.object().path("-");
    try {
      compared =
          connectors.put(
              connector.organization(),
              connector.direction(),
              connector.name(),
              connector.etag(),
              to.state(),
              true,
              "");
    } catch (ProblemException e) {
      shown = sentence(e);
    }
    List<ConnectorHistory.FieldChange> fields =
        ConnectorHistory.between(connector.object(), to.state());
    return Templates.connectorRollback(
            f,
            view(f, connector),
            to,
            fields,
            Connectors.warnings(compared.path("warnings")),
            shown)
        .render();
  }

  private ConnectorHistory.Change state(Connectors.Connector connector, long version, UriInfo uri) {
    return history
        .of(
            connector.organization(),
            connector.direction(),
            connector.name(),
            connector.object(),
            uri)
        .stream()
        .filter(change -> change.version() == version && change.mayReturn())
        .findFirst()
        .orElseThrow(
            () ->
                ProblemException.notFound("older state of version " + version + " to go back to"));
  }

  @POST
  @Path("{organization}/{direction}/{name}/rollback")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response rollBack(
      @PathParam("organization") String organization,
      @PathParam("direction") String direction,
      @PathParam("name") String name,
      @FormParam("version") long version,
      @FormParam("etag") @DefaultValue("") String etag,
      @FormParam("reason") @DefaultValue("") String reason,
      @Context UriInfo uri) {
    Connectors.Connector connector = connectors.one(organization, direction, name);
    try {
      JsonNode made =
          connectors.put(
              organization,
              direction,
              name,
              etag,
              state(connector, version, uri).state(),
              false,
              reason.isBlank() ? "back to version " + version : reason);
      return PageAnswers.see(
          Connectors.page(organization, direction, name)
              + "?saved="
              + made.path("version").asLong());
    } catch (ProblemException e) {
      return Response.ok(rollback(connector, version, uri, meanwhile(e))).build();
    }
  }

  @GET
  @Path("{organization}/{direction}/{name}/delete")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String delete(
      @PathParam("organization") String organization,
      @PathParam("direction") String direction,
      @PathParam("name") String name) {
    return delete(connectors.one(organization, direction, name), "");
  }

  private String delete(Connectors.Connector connector, String problem) {
    Frame f =
        frames
            .of("con.delete")
            .command(
                Connectors.command(connector.direction(), "remove")
                    .add(connector.organization())
                    .add(connector.name())
                    .toString());
    return Templates.connectorDelete(f, view(f, connector), problem).render();
  }

  @POST
  @Path("{organization}/{direction}/{name}/delete")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response remove(
      @PathParam("organization") String organization,
      @PathParam("direction") String direction,
      @PathParam("name") String name,
      @FormParam("etag") @DefaultValue("") String etag,
      @FormParam("reason") @DefaultValue("") String reason) {
    Connectors.Connector connector = connectors.one(organization, direction, name);
    try {
      JsonNode unused =
          connectors.delete(organization, direction, name, etag, false, reason.strip());
      return PageAnswers.see("/connectors?removed=" + Frame.encoded(name));
    } catch (ProblemException e) {
      return Response.ok(delete(connector, meanwhile(e))).build();
    }
  }

  private static String meanwhile(ProblemException e) {
    return e.problem().status() == CHANGED_MEANWHILE ? "!" : sentence(e);
  }

  /** All that a problem says, once. */
  static String sentence(ProblemException e) {
    StringBuilder text = new StringBuilder(e.problem().detail());
    for (Problem.Fault fault : e.problem().errors()) {
      boolean said = e.problem().detail().contains(fault.problem());
      String place = fault.pointer().replaceFirst("^/", "");
      text.append(' ')
          .append(
              said
                  ? fault.cure()
                  : Values.joined(" ", fault.object(), place, fault.problem(), fault.cure()));
    }
    return text.toString().strip();
  }
}
