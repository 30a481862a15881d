package io.postern.console.web.partners;

import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.PosternCommand;
import io.postern.console.web.peers.Peers;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** A validation of mail out, with its steps as they come. */
@Page
@Path("/partners")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class ValidationPage {
  private final Frames frames;
  private final Peers peers;
  private final Connectors connectors;

  ValidationPage(Frames frames, Peers peers, Connectors connectors) {
    this.frames = frames;
    this.peers = peers;
    this.connectors = connectors;
  }

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance validation(Frame f, ValidationView v, String connectorPage);

    static native TemplateInstance validationSteps(Frame f, ValidationView v);
  }

  @GET
  @Path("validations/{organization}/{id}")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String read(@PathParam("organization") String organization, @PathParam("id") String id) {
    ValidationView view = view(peers, organization, id);
    Frame f =
        frames
            .of("val.title")
            .command(
                PosternCommand.of("validate").add(organization).add(view.connector()).toString());
    boolean stored =
        !view.connector().isEmpty()
            && connectors.isThere(organization, Connectors.OUTBOUND, view.connector());
    return Templates.validation(
            f,
            view,
            stored ? Connectors.page(organization, Connectors.OUTBOUND, view.connector()) : "")
        .render();
  }

  @GET
  @Path("validations/{organization}/{id}/steps")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String steps(@PathParam("organization") String organization, @PathParam("id") String id) {
    return Templates.validationSteps(frames.of("val.title"), view(peers, organization, id))
        .render();
  }

  static ValidationView view(Peers peers, String organization, String id) {
    return ValidationView.of(
        peers
            .policy()
            .get(
                "/organizations/"
                    + Frame.encoded(organization)
                    + "/validations/"
                    + Frame.encoded(id)));
  }
}
