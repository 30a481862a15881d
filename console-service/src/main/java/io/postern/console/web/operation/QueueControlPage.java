package io.postern.console.web.operation;

import io.postern.api.ProblemException;
import io.postern.console.queue.QueueControl;
import io.postern.console.queue.QueueControlAnswer;
import io.postern.console.queue.QueueParameters;
import io.postern.console.queue.QueueResource;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.PageAnswers;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.FormParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;

/**
 * Hold, release, retry or cancel for all mail that a filter finds: the count first, then the
 * request for at most so many recipients.
 */
@Page
@Path("/queue/control")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class QueueControlPage {
  private static final int CONFLICT = 409;

  private final Frames frames;
  private final QueueResource queue;

  QueueControlPage(Frames frames, QueueResource queue) {
    this.frames = frames;
    this.queue = queue;
  }

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance queueControl(Frame f, View v);
  }

  /**
   * @param self where the form goes: this page with the filter in its query
   * @param back the queue with the filter
   * @param more sentence of the API where more was found than was seen before; empty: not so
   */
  public record View(
      String action,
      String self,
      String back,
      List<Condition> conditions,
      QueueControlAnswer counted,
      String recipients,
      String messages,
      String means,
      String button,
      String more) {}

  /** A condition of the filter. */
  public record Condition(String label, String value) {}

  @GET
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String ask(
      @BeanParam QueueParameters parameters,
      @QueryParam("action") @DefaultValue("retry") String action) {
    return page(QueueForm.given(parameters.filter()), action, "");
  }

  @POST
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response act(
      @BeanParam QueueParameters parameters,
      @QueryParam("action") @DefaultValue("") String action,
      @FormParam("expect") @DefaultValue("0") long expect,
      @FormParam("notice") @DefaultValue("yes") String notice) {
    Map<String, String> given = QueueForm.given(parameters.filter());
    QueueControlAnswer answer;
    try {
      answer =
          QueuePages.answer(
              queue.control(
                  new QueueControl(action, QueueForm.filter(given), !notice.equals("no"), expect),
                  false));
    } catch (ProblemException e) {
      if (e.problem().status() != CONFLICT) {
        throw e;
      }
      return Response.status(CONFLICT).entity(page(given, action, e.problem().detail())).build();
    }
    return PageAnswers.see(
        QueueForm.link("/queue", given)
            .with("asked", Long.toString(answer.recipients()))
            .with("left", Long.toString(answer.left()))
            .toString());
  }

  private String page(Map<String, String> given, String action, String more) {
    QueueControlAnswer counted = QueuePages.count(queue, action, given);
    Frame frame =
        frames
            .of("queue.ask." + action)
            .command(QueueForm.command("queue " + action, given).toString());
    return Templates.queueControl(
            frame,
            new View(
                action,
                QueueForm.link("/queue/control", given).with("action", action).toString(),
                QueueForm.link("/queue", given).toString(),
                given.entrySet().stream()
                    .map(
                        each ->
                            new Condition(
                                frame.t("queue.field." + each.getKey()),
                                each.getKey().equals("state")
                                    ? frame.word("qstate", each.getValue())
                                    : each.getValue()))
                    .toList(),
                counted,
                frame.number(counted.recipients()),
                frame.number(counted.messages()),
                frame.t("queue.means." + action),
                frame.t("queue.do." + action, frame.number(counted.recipients())),
                more))
        .render();
  }
}
