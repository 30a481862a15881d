package io.postern.console.web.mail;

import io.postern.console.life.Life;
import io.postern.console.life.RefusalLife;
import io.postern.console.life.RefusalLifeResource;
import io.postern.console.life.VerdictsResource;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.ReadLine;
import io.postern.console.web.frame.Shell;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/** A refusal: what was said, by which condition, and what would have to be true. */
@Page
@Path("/refusals/{reference}")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class RefusalPage {
  private final Frames frames;
  private final RefusalLifeResource refusals;
  private final VerdictsResource verdicts;

  RefusalPage(Frames frames, RefusalLifeResource refusals, VerdictsResource verdicts) {
    this.frames = frames;
    this.refusals = refusals;
    this.verdicts = verdicts;
  }

  /**
   * A refusal that is recorded whole, or a count.
   *
   * @param said the sentences of the decision
   * @param missed conditions of the connector that were not met
   * @param connectorLink empty: no connector refused
   * @param domain of the sender; empty: none was given
   */
  public record View(
      String at,
      String sentence,
      String rule,
      String why,
      String cure,
      List<String> said,
      List<Timeline.Check> missed,
      List<Timeline.Check> checks,
      List<Timeline.Fact> facts,
      String organization,
      String connector,
      String connectorLink,
      String domain,
      long count,
      List<RefusalLife.Variant> variants) {
    public View {
      said = List.copyOf(said);
      missed = List.copyOf(missed);
      checks = List.copyOf(checks);
      facts = List.copyOf(facts);
      variants = List.copyOf(variants);
    }
  }

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance refusal(
        Frame f, String reference, List<View> refusals, String read);
  }

  @GET
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String read(@PathParam("reference") String reference) {
    RefusalLifeResource.Answer answer = refusals.refusal(reference);
    String written = answer.refusals().getFirst().reference();
    Frame frame =
        frames
            .titled(frames.words().text("refusal.title", written))
            .json("/api/v1/refusals/" + Frame.encoded(written))
            .command("postern why " + Shell.word(written));
    MailText text = new MailText(frame);
    LifeTimeline timeline = new LifeTimeline(frame, text, new Evidence(frame, verdicts));
    return Templates.refusal(
            frame,
            written,
            answer.refusals().stream().map(one -> view(one, frame, text, timeline)).toList(),
            ReadLine.of(answer.readTo(), frame))
        .render();
  }

  private static View view(RefusalLife refusal, Frame f, MailText text, LifeTimeline timeline) {
    String rule = text(refusal.rule());
    String connector = text(refusal.connector());
    String organization = text(refusal.organization());
    Life.Session session = refusal.session();
    List<String> said = new ArrayList<>();
    if (refusal.why() != null) {
      said.add(refusal.why().summary());
    }
    if (refusal.reported() != null) {
      said.add(timeline.reported(refusal.reported()));
    }
    said.add(
        session.tls() == null
            ? f.t("life.plaintext.in")
            : timeline.encrypted("life.encrypted.in", session.tls()));
    List<Timeline.Check> checks = timeline.checks(refusal.why());
    String subject = "inbound connector " + organization + "/" + connector;
    Facts facts =
        new Facts(f)
            .text("from", refusal.from().isEmpty() ? f.t("refusal.nosender") : refusal.from())
            .text("to", refusal.to())
            .text("command", refusal.command())
            .text(
                "reply",
                (refusal.code() + " " + text(refusal.enhancedCode()) + " " + text(refusal.text()))
                    .strip())
            .code("rule", rule)
            .link("connector", connector, MailText.connector(organization, true, connector))
            .text("organization", organization)
            .text(
                "verdict",
                text(refusal.verdict()).isEmpty() ? "" : text.verdict(text(refusal.verdict())))
            .text("handshake", f.word("handshake", text(refusal.handshakeFailure())))
            .session(session);
    return new View(
        refusal.at(),
        f.t("refusal.sentence", text.rule(rule)),
        rule,
        text.rule(rule),
        text.cure(rule),
        said,
        checks.stream().filter(one -> !one.met() && one.subject().equals(subject)).toList(),
        checks,
        facts.list(),
        organization,
        connector,
        MailText.connector(organization, true, connector),
        refusal.from().replaceFirst(".*@|^[^@]*$", ""),
        refusal.count(),
        refusal.variants() == null ? List.of() : refusal.variants());
  }

  private static String text(@Nullable String text) {
    return text == null ? "" : text;
  }
}
