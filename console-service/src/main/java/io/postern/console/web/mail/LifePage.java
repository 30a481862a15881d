package io.postern.console.web.mail;

import io.postern.console.life.Life;
import io.postern.console.life.LifeResource;
import io.postern.console.life.VerdictsResource;
import io.postern.console.search.Found;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.ReadLine;
import io.postern.console.web.frame.Shell;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** A message's life: session, decisions, attempts, and what comes next. */
@Page
@Path("/messages/{queueId}")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class LifePage {
  private static final Set<String> OPEN = Set.of("waiting", "held");

  private final Frames frames;
  private final LifeResource lives;
  private final VerdictsResource verdicts;

  LifePage(Frames frames, LifeResource lives, VerdictsResource verdicts) {
    this.frames = frames;
    this.lives = lives;
    this.verdicts = verdicts;
  }

  /**
   * @param seen changes with the life
   * @param open something of it may still change
   */
  public record View(
      String queueId,
      String seen,
      boolean open,
      List<SearchRow> recipients,
      List<Next> next,
      List<QueueActions.Action> actions,
      List<Timeline.Entry> entries,
      String read) {
    public View {
      recipients = List.copyOf(recipients);
      next = List.copyOf(next);
      actions = List.copyOf(actions);
      entries = List.copyOf(entries);
    }
  }

  /**
   * What comes next for a recipient.
   *
   * @param key of the sentence
   * @param at RFC 3339; empty: not known
   */
  public record Next(String key, String address, String at) {}

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance life(Frame f, MailText m, View v, String asked);

    static native TemplateInstance lifeFragment(Frame f, MailText m, View v);
  }

  @GET
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String read(
      @PathParam("queueId") String queueId, @QueryParam("asked") @DefaultValue("") String asked) {
    Frame frame =
        frames
            .titled(frames.words().text("life.title", queueId))
            .json("/api/v1/messages/" + Frame.encoded(queueId))
            .command("postern why " + Shell.word(queueId));
    MailText text = new MailText(frame);
    View view = view(lives.life(queueId), frame, text);
    return Templates.life(frame, text, view, QueueActions.ALL.contains(asked) ? asked : "")
        .render();
  }

  /**
   * The part that changes.
   *
   * @param seen what the browser shows; the same: 204, and nothing is shown anew
   */
  @GET
  @Path("life")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response part(
      @PathParam("queueId") String queueId, @QueryParam("seen") @DefaultValue("") String seen) {
    Life life = lives.life(queueId);
    if (seen.equals(seen(life))) {
      return Response.noContent().build();
    }
    Frame frame = frames.of("nav.messages");
    MailText text = new MailText(frame);
    return Response.ok(Templates.lifeFragment(frame, text, view(life, frame, text)).render())
        .build();
  }

  private View view(Life life, Frame frame, MailText text) {
    Found.MessageView message =
        new Found.MessageView(
            life.queueId(),
            life.accepted().from(),
            "",
            "",
            "",
            "",
            "",
            life.accepted().size(),
            life.recipients(),
            null,
            "");
    return new View(
        life.queueId(),
        seen(life),
        life.recipients().stream().anyMatch(one -> OPEN.contains(one.state())),
        SearchRow.of(
            List.of(new Found.Entry("message", life.accepted().at(), message, null)), text),
        life.recipients().stream()
            .filter(one -> OPEN.contains(one.state()))
            .map(LifePage::next)
            .toList(),
        QueueActions.of(life.queueId(), life.recipients(), frame),
        new LifeTimeline(frame, text, new Evidence(frame, verdicts)).of(life),
        ReadLine.of(life.readTo(), frame));
  }

  private static Next next(Found.RecipientView recipient) {
    String at = recipient.nextAttempt() == null ? "" : recipient.nextAttempt();
    String key = recipient.state().equals("held") ? "life.next.held" : "life.next.waiting";
    return new Next(at.isEmpty() ? key + ".unknown" : key, recipient.address(), at);
  }

  private static String seen(Life life) {
    return Integer.toHexString(Objects.hash(life.recipients(), life.events()));
  }
}
