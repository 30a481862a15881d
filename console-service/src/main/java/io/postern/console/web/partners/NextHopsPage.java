package io.postern.console.web.partners;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.api.ProblemException;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.PageAnswers;
import io.postern.console.web.frame.PosternCommand;
import io.postern.console.web.frame.QueryPath;
import io.postern.console.web.peers.PeerJson;
import io.postern.console.web.peers.Peers;
import io.postern.directory.ObjectKind;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.FormParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;

/**
 * Next hops that need an operator's approval (docs/operations/security.md, "Next hops"). An
 * operator approves and revokes; others see those of their organizations.
 */
@Page
@Path("/next-hops")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class NextHopsPage {
  private static final int ROWS = 200;
  private static final int SERVER = 500;
  private static final String HOST = "host";

  private final Frames frames;
  private final Peers peers;
  private final Connectors connectors;

  NextHopsPage(Frames frames, Peers peers, Connectors connectors) {
    this.frames = frames;
    this.peers = peers;
    this.connectors = connectors;
  }

  /**
   * @param name of the object; empty: none names the host
   * @param page of the object; empty: it has none
   * @param need empty: none by its text
   * @param state approved, unapproved, revoked
   * @param by empty: it is from before there were approvals, or needed none
   * @param action approve, revoke; empty: it can be neither
   */
  public record Row(
      String organization,
      String kind,
      String name,
      String page,
      String field,
      String value,
      String need,
      String state,
      String by,
      String since,
      String etag,
      String action) {
    static Row of(JsonNode hop) {
      String organization = hop.path("organization").asText();
      String kind = hop.path("kind").asText();
      boolean isNamed = !kind.equals(ObjectKind.ORGANIZATION.plural());
      String name = isNamed ? hop.path("name").asText() : "";
      boolean approved = hop.path("approved").asBoolean();
      boolean isHost = hop.path("type").asText().equals(HOST);
      boolean mayApprove = !approved || !isHost && !hop.hasNonNull("by");
      return new Row(
          organization,
          kind,
          name,
          kind.equals(ObjectKind.OUTBOUND_CONNECTOR.plural())
              ? Connectors.page(organization, Connectors.OUTBOUND, name)
              : "",
          hop.path("field").asText(""),
          hop.path("value").asText(),
          hop.path("need").asText(""),
          approved ? "approved" : hop.path("revoked").asBoolean() ? "revoked" : "unapproved",
          hop.path("by").asText(""),
          hop.path("since").asText(""),
          hop.path("etag").asText(),
          !isNamed ? "" : mayApprove ? "approve" : isHost ? "revoke" : "");
    }
  }

  /**
   * @param names also values that need no approval by their text
   * @param done sentence about what was just done; empty: nothing
   */
  public record View(
      List<String> organizations,
      String organization,
      boolean unapproved,
      boolean names,
      List<Row> rows,
      String next,
      String done,
      String problem,
      List<String> notes) {}

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance nextHops(Frame f, View v);
  }

  @GET
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String read(
      @QueryParam("organization") @DefaultValue("") String organization,
      @QueryParam("unapproved") @DefaultValue("false") boolean unapproved,
      @QueryParam("names") @DefaultValue("false") boolean names,
      @QueryParam("after") @DefaultValue("") String after,
      @QueryParam("approved") @DefaultValue("") String approved,
      @QueryParam("revoked") @DefaultValue("") String revoked) {
    String done =
        approved.isEmpty()
            ? revoked.isEmpty() ? "" : frames.words().text("hops.revoked", revoked)
            : frames.words().text("hops.approved", approved);
    return page(organization, unapproved, names, after, done, "");
  }

  private String page(
      String organization,
      boolean unapproved,
      boolean names,
      String after,
      String done,
      String problem) {
    Frame f =
        frames
            .of("hops.title")
            .command(
                PosternCommand.of("next-hops list").with("--organization", organization)
                    + (unapproved ? " --unapproved" : "")
                    + (names ? " --names" : ""));
    List<String> notes = new ArrayList<>();
    QueryPath asked = QueryPath.to("/next-hops").with("organization", organization);
    asked.with("unapproved", unapproved ? "true" : "").with("names", names ? "true" : "");
    List<Row> rows = new ArrayList<>();
    String next = "";
    JsonNode answer =
        PeerJson.get(
                peers.policy(),
                QueryPath.to(asked.toString())
                    + (asked.toString().contains("?") ? "&" : "?")
                    + "limit="
                    + ROWS
                    + "&after="
                    + Frame.encoded(after),
                notes)
            .orElse(null);
    if (answer != null) {
      answer.path("items").forEach(hop -> rows.add(Row.of(hop)));
      if (answer.hasNonNull("next")) {
        next = asked.with("after", answer.path("next").asText()).toString();
      }
    }
    return Templates.nextHops(
            f,
            new View(
                connectors.organizations(notes),
                organization,
                unapproved,
                names,
                rows,
                next,
                done,
                problem,
                notes))
        .render();
  }

  @POST
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response change(
      @FormParam("organization") @DefaultValue("") String organization,
      @FormParam("kind") @DefaultValue("") String kind,
      @FormParam("name") @DefaultValue("") String name,
      @FormParam("value") @DefaultValue("") String value,
      @FormParam("etag") @DefaultValue("") String etag,
      @FormParam("action") @DefaultValue("") String action) {
    String path =
        "/organizations/"
            + Frame.encoded(organization)
            + "/"
            + ObjectKind.of(kind)
                .orElseThrow(() -> ProblemException.notFound("kind " + kind + " of objects"))
                .plural()
            + "/"
            + Frame.encoded(name)
            + "/approval?value="
            + Frame.encoded(value);
    boolean approves = action.equals("approve");
    try {
      if (approves) {
        peers.policy().put(path, Map.of(), etag);
      } else {
        peers.policy().delete(path, etag);
      }
    } catch (ProblemException e) {
      int status = e.problem().status();
      if (status >= SERVER) {
        throw e;
      }
      return Response.status(status)
          .entity(page(organization, false, false, "", "", e.problem().detail()))
          .build();
    }
    return PageAnswers.see(
        QueryPath.to("/next-hops")
            .with("organization", organization)
            .with(approves ? "approved" : "revoked", value)
            .toString());
  }
}
