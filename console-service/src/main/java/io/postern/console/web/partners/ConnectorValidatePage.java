package io.postern.console.web.partners;

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
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** Starts the validation of an outbound connector. */
@Page
@Path("/connectors")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class ConnectorValidatePage {
  private final Frames frames;
  private final Peers peers;
  private final Connectors connectors;
  private final Submitted form;

  ConnectorValidatePage(Frames frames, Peers peers, Connectors connectors, Submitted form) {
    this.frames = frames;
    this.peers = peers;
    this.connectors = connectors;
    this.form = form;
  }

  /** What was typed, and why it was refused. */
  public record Form(
      String page,
      String organization,
      String name,
      String domains,
      String recipients,
      String sender,
      boolean needsDomain,
      String problem) {}

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance validationNew(Frame f, Form v);
  }

  @GET
  @Path("{organization}/outbound/{name}/validate")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String ask(
      @PathParam("organization") String organization, @PathParam("name") String name) {
    return form(organization, name, "");
  }

  private String form(String organization, String name, String problem) {
    Connectors.Connector connector = connectors.one(organization, Connectors.OUTBOUND, name);
    boolean byMx = connector.object().path("useMXRecord").asBoolean();
    boolean wide =
        Values.list(connector.object().path("recipientDomains")).stream()
            .anyMatch(domain -> domain.startsWith("*"));
    Form shown =
        new Form(
            Connectors.page(organization, Connectors.OUTBOUND, name),
            organization,
            name,
            form.text("domains"),
            form.text("recipients"),
            form.text("sender"),
            byMx && wide,
            problem);
    Frame f =
        frames
            .of("val.title")
            .command(PosternCommand.of("validate").add(organization).add(name).toString());
    return Templates.validationNew(f, shown).render();
  }

  @POST
  @Path("{organization}/outbound/{name}/validate")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response start(
      @PathParam("organization") String organization, @PathParam("name") String name) {
    Map<String, Object> body =
        Map.of(
            "domains", form.list("domains"),
            "recipients", form.list("recipients"),
            "sender", form.text("sender"));
    try {
      String id =
          peers
              .policy()
              .post(Connectors.path(organization, Connectors.OUTBOUND, name) + "/validations", body)
              .body()
              .path("id")
              .asText();
      return PageAnswers.see(
          "/partners/validations/" + Frame.encoded(organization) + "/" + Frame.encoded(id));
    } catch (ProblemException e) {
      return Response.ok(form(organization, name, ConnectorPage.sentence(e))).build();
    }
  }
}
