package io.postern.console.web.partners;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.postern.api.ProblemException;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.PageAnswers;
import io.postern.console.web.frame.PosternCommand;
import io.postern.console.web.frame.Submitted;
import io.postern.console.web.frame.Values;
import io.postern.console.web.peers.Peers;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** The connectors that force TLS with a partner: their way on, and the way back. */
@Page
@Path("/partners")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class SecuredPartnerPage {
  private static final String TITLE = "secure.title";
  private static final int CHANGED_MEANWHILE = 412;

  private final Frames frames;
  private final Peers peers;
  private final Submitted form;

  SecuredPartnerPage(Frames frames, Peers peers, Submitted form) {
    this.frames = frames;
    this.peers = peers;
    this.form = form;
  }

  /** A connector that the assistant made. */
  public record Made(String connector, String page) {}

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance secureDone(
        Frame f,
        PartnerAnswers a,
        String mode,
        String version,
        List<Made> inbound,
        List<Made> outbound);

    static native TemplateInstance secureUndo(
        Frame f, PartnerAnswers a, List<Made> made, String seen, String problem);
  }

  @GET
  @Path("secure/done")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String done(
      @QueryParam("mode") @DefaultValue("") String mode,
      @QueryParam("version") @DefaultValue("") String version,
      @Context UriInfo uri) {
    PartnerAnswers answers = PartnerAnswers.of(uri);
    JsonNode pair = pair(answers);
    return Templates.secureDone(
            frames.of(TITLE).command(answers.command() + " --undo"),
            answers,
            mode,
            version,
            made(answers, Connectors.INBOUND, pair),
            made(answers, Connectors.OUTBOUND, pair))
        .render();
  }

  /** As policy-service has it; without fields: none was made. */
  private JsonNode pair(PartnerAnswers answers) {
    return peers
        .policy()
        .find(answers.path() + "/secure")
        .orElseGet(JsonNodeFactory.instance::objectNode);
  }

  private static List<Made> made(PartnerAnswers answers, String direction, JsonNode pair) {
    List<Made> made = new ArrayList<>();
    for (JsonNode connector : pair.path("connectors").path(direction + "Connectors")) {
      String name = connector.path("name").asText();
      made.add(new Made(name, Connectors.page(answers.organization(), direction, name)));
    }
    return made;
  }

  @GET
  @Path("undo")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String undo(@Context UriInfo uri) {
    return undo(PartnerAnswers.of(uri), "");
  }

  private String undo(PartnerAnswers answers, String problem) {
    JsonNode pair = pair(answers);
    List<Made> all = new ArrayList<>(made(answers, Connectors.INBOUND, pair));
    all.addAll(made(answers, Connectors.OUTBOUND, pair));
    Frame f =
        frames
            .of("secure.undo")
            .command(
                PosternCommand.of("secure-partner")
                        .add(answers.organization())
                        .add(answers.domain())
                    + " --undo");
    return Templates.secureUndo(f, answers, all, pair.path("seen").asText(""), problem).render();
  }

  @POST
  @Path("undo")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response remove() {
    PartnerAnswers answers = PartnerAnswers.of(form::text);
    try {
      var unused =
          peers
              .policy()
              .delete(
                  Values.joined("?", answers.path(), Values.query("reason", form.text("reason"))),
                  "\"" + form.text("seen") + "\"");
      return PageAnswers.see("/partners?undone=" + Frame.encoded(answers.domain()));
    } catch (ProblemException e) {
      return Response.ok(
              undo(
                  answers,
                  e.problem().status() == CHANGED_MEANWHILE
                      ? "secure.undoMeanwhile"
                      : ConnectorPage.sentence(e)))
          .build();
    }
  }
}
