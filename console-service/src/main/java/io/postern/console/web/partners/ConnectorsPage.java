package io.postern.console.web.partners;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.api.ProblemException;
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
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;

/**
 * The connectors and routing rules that the reader sees, with the connectors' mail of seven days.
 */
@Page
@Path("/connectors")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class ConnectorsPage {
  /** Each outbound one is a question for its last validation. */
  private static final int DEFAULT_ROWS = 100;

  private static final int MOST_ROWS = 500;
  private static final int MOST_VALIDATIONS = 50;

  private final Frames frames;
  private final Connectors connectors;
  private final ConnectorTraffic traffic;

  ConnectorsPage(Frames frames, Connectors connectors, ConnectorTraffic traffic) {
    this.frames = frames;
    this.connectors = connectors;
    this.traffic = traffic;
  }

  /**
   * @param validated when it was validated last; empty: never, or it is inbound
   * @param met met, unmet, changed
   */
  public record Row(
      String page,
      String organization,
      String direction,
      String name,
      String type,
      String mode,
      String matches,
      String tls,
      ConnectorTraffic.Use use,
      String mailLink,
      String refusalsLink,
      String validated,
      String met,
      long warnings) {}

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance connectors(
        Frame f,
        List<String> organizations,
        String organization,
        String name,
        List<Row> rows,
        List<String> notes,
        String next,
        String removed);
  }

  @GET
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String read(
      @QueryParam("organization") @DefaultValue("") String organization,
      @QueryParam("name") @DefaultValue("") String given,
      @QueryParam("after") @DefaultValue("") String after,
      @QueryParam("limit") @DefaultValue("100") int limit,
      @QueryParam("removed") @DefaultValue("") String removed) {
    if (limit < 1 || limit > MOST_ROWS) {
      throw ProblemException.badRequest("limit", "it is " + limit, "write 1 to " + MOST_ROWS);
    }
    String name = given.strip();
    Frame f =
        frames
            .of("nav.connectors")
            .command(
                PosternCommand.of("connectors list")
                    .with("--organization", organization)
                    .with("--name", name)
                    .toString());
    List<String> organizations = connectors.organizations();
    Connectors.Part part =
        connectors.part(
            organizations.stream()
                .filter(each -> organization.isEmpty() || organization.equals(each))
                .toList(),
            name,
            after,
            limit);
    ConnectorTraffic.Uses uses = traffic.read();
    List<Row> rows = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    int validations = 0;
    for (Connectors.Connector connector : part.connectors()) {
      boolean asks =
          connector.direction().equals(Connectors.OUTBOUND) && validations++ < MOST_VALIDATIONS;
      rows.add(row(f, connector, uses, asks, notes));
    }
    String next =
        part.next().isEmpty()
            ? ""
            : QueryPath.to("/connectors")
                .with("organization", organization)
                .with("name", name)
                .with("limit", limit == DEFAULT_ROWS ? "" : Integer.toString(limit))
                .with("after", part.next())
                .toString();
    return Templates.connectors(f, organizations, organization, name, rows, notes, next, removed)
        .render();
  }

  private Row row(
      Frame f,
      Connectors.Connector connector,
      ConnectorTraffic.Uses uses,
      boolean asks,
      List<String> notes) {
    String organization = connector.organization();
    String name = connector.name();
    JsonNode last =
        asks
            ? connectors
                .lastValidation(organization, name, notes)
                .orElse(connector.object().path("-"))
            : connector.object().path("-");
    return new Row(
        Connectors.page(organization, connector.direction(), name),
        organization,
        connector.direction(),
        name,
        connector.object().path("connectorType").asText(),
        ConnectorText.mode(connector.object()),
        ConnectorText.matches(f, connector),
        ConnectorText.tls(f, connector),
        uses.of(organization, connector.direction(), name),
        search(organization, name, "messages"),
        search(organization, name, "refusals"),
        last.path("at").asText(""),
        met(last),
        connector.warnings().size());
  }

  static String met(JsonNode last) {
    if (!last.path("ofThisDefinition").asBoolean(true)) {
      return "changed";
    }
    return last.path("met").asBoolean() ? "met" : "unmet";
  }

  static String search(String organization, String connector, String kind) {
    return "/messages?kind="
        + kind
        + "&since=7d&organization="
        + Frame.encoded(organization)
        + "&connector="
        + Frame.encoded(connector);
  }
}
