package io.postern.console.web.partners;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.PageAnswers;
import io.postern.console.web.frame.QueryPath;
import io.postern.console.web.frame.Submitted;
import io.postern.console.web.peers.PeerJson;
import io.postern.console.web.peers.Peers;
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
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/**
 * A draft of one connector or routing rule, compared with the mail of the last days
 * (docs/guides/forced-tls-with-a-partner.md). The address of a comparison has the draft, so it can
 * be sent, and compared again when its result is gone.
 */
@Page
@Path("/what-ifs")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class WhatIfDraftPage {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String BEGIN_AGAIN = "follow a complete link, or start again at /what-ifs";

  /** A request's first line has 4,096 octets at most. */
  private static final int LONGEST_ADDRESS = 2_000;

  /** Of one state: a star, or a list, would let a change through that nobody has compared. */
  private static final Pattern ETAG = Pattern.compile("[A-Za-z0-9_\"-]{0,80}");

  private final Frames frames;
  private final Peers peers;
  private final Connectors connectors;
  private final Submitted form;

  WhatIfDraftPage(Frames frames, Peers peers, Connectors connectors, Submitted form) {
    this.frames = frames;
    this.peers = peers;
    this.connectors = connectors;
    this.form = form;
  }

  /**
   * The connector as it is drafted.
   *
   * @param etag of the state that it was drafted from; empty: it is new
   * @param object its fields; empty: the comparison is not of one connector, or the address is too
   *     long for it
   */
  private record Draft(
      String organization,
      String direction,
      String name,
      String etag,
      int days,
      ObjectNode object) {
    boolean isConnector() {
      return !direction.isEmpty() && !object.isEmpty();
    }

    /** As policy-service compares it. */
    JsonNode objects() {
      return JSON.valueToTree(Map.of(Connectors.kind(direction).list(), List.of(object)));
    }

    /** Whether the comparison was made of it, and it has the name that the page shows. */
    boolean isOf(WhatIfView compared) {
      return object.path("name").asText("").equals(name) && compared.isOf(organization, objects());
    }

    String address(String id) {
      return QueryPath.to("/what-ifs/" + Frame.encoded(id))
          .with("organization", organization)
          .with("direction", direction)
          .with("name", name)
          .with("etag", etag)
          .with("days", Integer.toString(days))
          .with("draft", object.isEmpty() ? "" : object.toString())
          .toString();
    }
  }

  /**
   * @param id of the comparison; empty: none was begun
   * @param editAction where the draft becomes a change
   * @param groups none: there is no form
   * @param other the comparison was made of another draft
   * @param notes why a part of the page is missing
   */
  public record View(
      String id,
      String organization,
      String direction,
      String name,
      String etag,
      int days,
      String editAction,
      String problem,
      List<Problem.Fault> nameFaults,
      List<Problem.Fault> others,
      List<ConnectorForm.Shown> groups,
      boolean other,
      List<String> notes) {
    public boolean isNew() {
      return etag.isEmpty();
    }

    /** Of the connector, where it is not new. */
    public String page() {
      return Connectors.page(organization, direction, name);
    }

    /** A field has a fault. */
    public boolean faulty() {
      return !nameFaults.isEmpty()
          || groups.stream()
              .flatMap(group -> group.inputs().stream())
              .anyMatch(ConnectorForm.Input::wrong);
    }

    /** Those that can be chosen. */
    public List<Integer> spans() {
      return WhatIfFilePage.SPANS;
    }
  }

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance whatIfDraft(
        Frame f, View v, @Nullable WhatIfView x, List<String> organizations);
  }

  @GET
  @Path("draft")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String draft(
      @QueryParam("organization") @DefaultValue("") String organization,
      @QueryParam("direction") @DefaultValue("") String direction,
      @QueryParam("name") @DefaultValue("") String name,
      @QueryParam("type") @DefaultValue("partner") String type) {
    if (name.isEmpty()) {
      ObjectNode standing = ConnectorForm.standing(direction, type);
      return page(new Draft(organization, direction, "", "", WhatIfFilePage.DAYS, standing), "");
    }
    Connectors.Connector connector = connectors.one(organization, direction, name);
    return page(
        new Draft(
            organization,
            direction,
            name,
            connector.etag(),
            WhatIfFilePage.DAYS,
            connector.object()),
        "");
  }

  @POST
  @Path("draft")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response compare() {
    String organization = form.text("organization");
    String direction = form.text("direction");
    String name = form.text("name");
    String etag = oneState(form.text("etag"));
    ObjectNode before =
        etag.isEmpty()
            ? ConnectorForm.standing(direction, form.text("connectorType"))
            : connectors.one(organization, direction, name).object();
    ObjectNode wanted = ConnectorForm.read(direction, before, form).put("name", name);
    int days = WhatIfFilePage.days(form.text("days"));
    Draft draft = new Draft(organization, direction, name, etag, days, wanted);
    if (name.isEmpty()) {
      Frame f = frames.of("whatif.title");
      Problem.Fault fault = new Problem.Fault("/name", f.t("con.nameMissing"), f.t("con.nameCure"));
      return Response.ok(page(draft, "", "", List.of(fault))).build();
    }
    try {
      String id = WhatIfPage.start(peers, organization, draft.objects(), days);
      String address = draft.address(id);
      return address.length() <= LONGEST_ADDRESS
          ? PageAnswers.see(address)
          : Response.ok(page(draft, id)).build();
    } catch (ProblemException e) {
      if (e.problem().status() == Response.Status.NOT_FOUND.getStatusCode()) {
        throw e;
      }
      List<Problem.Fault> faults = e.problem().errors();
      return Response.ok(page(draft, "", faults.isEmpty() ? e.problem().detail() : "", faults))
          .build();
    }
  }

  @GET
  @Path("{id}")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String read(
      @PathParam("id") String id,
      @QueryParam("organization") @DefaultValue("") String organization,
      @QueryParam("direction") @DefaultValue("") String direction,
      @QueryParam("name") @DefaultValue("") String name,
      @QueryParam("etag") @DefaultValue("") String etag,
      @QueryParam("days") @DefaultValue("") String days,
      @QueryParam("draft") @DefaultValue("") String draft) {
    return page(
        new Draft(
            organization,
            direction,
            name,
            oneState(etag),
            WhatIfFilePage.days(days),
            object(draft)),
        id);
  }

  private static String oneState(String etag) {
    if (!ETAG.matcher(etag).matches()) {
      throw ProblemException.badRequest("etag", "it is not a version of a connector", BEGIN_AGAIN);
    }
    return etag;
  }

  private static ObjectNode object(String draft) {
    try {
      if (draft.isEmpty()) {
        return JSON.createObjectNode();
      }
      if (JSON.readTree(draft) instanceof ObjectNode object) {
        return object;
      }
    } catch (JsonProcessingException e) {
      // the same answer
    }
    throw ProblemException.badRequest("draft", "it is not a JSON object", BEGIN_AGAIN);
  }

  private String page(Draft draft, String id) {
    return page(draft, id, "", List.of());
  }

  private String page(Draft draft, String id, String problem, List<Problem.Fault> faults) {
    Frame f = frames.of("whatif.title").command("postern what-if FILE --days " + draft.days());
    String direction = draft.direction();
    boolean fresh = draft.etag().isEmpty();
    List<String> notes = new ArrayList<>(); // what was typed stays, whoever is silent
    WhatIfView compared =
        id.isEmpty()
            ? null
            : PeerJson.get(() -> WhatIfPage.find(peers, id), notes)
                .flatMap(Function.identity())
                .orElse(null);
    List<String> organizations =
        draft.isConnector() && fresh ? connectors.organizations(notes) : List.of();
    View view =
        new View(
            id,
            draft.organization(),
            direction,
            draft.name(),
            draft.etag(),
            draft.days(),
            fresh
                ? "/connectors/new"
                : Connectors.page(draft.organization(), direction, draft.name()) + "/edit",
            problem,
            faults.stream().filter(each -> ConnectorForm.nameOf(each).equals("name")).toList(),
            ConnectorForm.others(direction, faults),
            draft.isConnector()
                ? ConnectorForm.groups(
                    direction,
                    draft.object(),
                    faults,
                    connectors.ofRules(draft.organization(), direction, notes))
                : List.of(),
            draft.isConnector() && compared != null && !draft.isOf(compared),
            notes);
    return Templates.whatIfDraft(
            f,
            view,
            compared,
            organizations.isEmpty() ? List.of(draft.organization()) : organizations)
        .render();
  }
}
