package io.postern.console.web.mail;

import io.postern.api.ProblemException;
import io.postern.console.life.Life;
import io.postern.console.life.LifeResource;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.PageAnswers;
import io.postern.console.web.frame.Shell;
import io.postern.console.web.peers.Peers;
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
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** Asks before a message is held, released, tried at once or cancelled; then asks for it. */
@Page
@Path("/messages/{queueId}/control/{action: retry|hold|release|cancel}")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class MessageControlPage {

  private final Frames frames;
  private final LifeResource lives;
  private final Peers peers;

  MessageControlPage(Frames frames, LifeResource lives, Peers peers) {
    this.frames = frames;
    this.lives = lives;
    this.peers = peers;
  }

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance messageControl(
        Frame f,
        String queueId,
        String action,
        String organization,
        List<String> addresses,
        boolean notice,
        String failure);
  }

  @GET
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String ask(
      @PathParam("queueId") String queueId,
      @PathParam("action") String action,
      @QueryParam("organization") @DefaultValue("") String organization) {
    return form(queueId, action, organization, true, "");
  }

  private String form(
      String queueId, String action, String organization, boolean notice, String failure) {
    Life life = lives.life(queueId);
    List<String> addresses =
        life.recipients().stream()
            .filter(one -> one.state().equals("waiting") || one.state().equals("held"))
            .filter(one -> organization.isEmpty() || organization.equals(one.organization()))
            .map(one -> one.address())
            .toList();
    return Templates.messageControl(
            frames
                .of("control.title." + action)
                .command(
                    "postern queue "
                        + action
                        + " "
                        + Shell.word(queueId)
                        + (notice ? "" : " --without-dsn")),
            queueId,
            action,
            organization,
            addresses,
            notice,
            failure)
        .render();
  }

  @POST
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response send(
      @PathParam("queueId") String queueId,
      @PathParam("action") String action,
      @FormParam("organization") @DefaultValue("") String organization,
      @FormParam("notice") @DefaultValue("") String notice) {
    boolean told = !action.equals("cancel") || notice.equals("yes");
    try {
      peers
          .policy()
          .post(
              "/queue/"
                  + Frame.encoded(queueId)
                  + "/"
                  + action
                  + (organization.isEmpty() ? "" : "?organization=" + Frame.encoded(organization)),
              Map.of("recipients", List.of(), "notice", told));
    } catch (ProblemException e) {
      return Response.status(e.problem().status())
          .entity(form(queueId, action, organization, told, e.problem().detail()))
          .build();
    }
    return PageAnswers.see("/messages/" + Frame.encoded(queueId) + "?asked=" + action);
  }
}
