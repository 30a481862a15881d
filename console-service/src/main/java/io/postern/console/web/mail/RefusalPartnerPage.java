package io.postern.console.web.mail;

import io.postern.console.life.RefusalLife;
import io.postern.console.life.RefusalLifeResource;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.Shell;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** A refusal's facts to copy for the partner's postmaster. */
@Page
@Path("/refusals/{reference}/partner")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class RefusalPartnerPage {
  private final Frames frames;
  private final RefusalLifeResource refusals;

  RefusalPartnerPage(Frames frames, RefusalLifeResource refusals) {
    this.frames = frames;
    this.refusals = refusals;
  }

  @GET
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String read(@PathParam("reference") String reference) {
    List<RefusalLife> found = refusals.refusal(reference).refusals();
    RefusalLife whole =
        found.stream().filter(one -> one.count() == 1).findFirst().orElse(found.getFirst());
    String back = "/refusals/" + Frame.encoded(whole.reference());
    Frame frame =
        frames
            .of("copy.title")
            .json("/api/v1" + back)
            .command("postern why " + Shell.word(whole.reference()));
    return PartnerTextPages.page(
        frame, back, new PartnerText(frame).of(whole, missed(whole)), List.of());
  }

  /** Of the connector that refused alone: others are not the partner's. */
  private static List<String> missed(RefusalLife refusal) {
    String subject = "inbound connector " + refusal.organization() + "/" + refusal.connector();
    return refusal.why() == null
        ? List.of()
        : refusal.why().steps().stream()
            .filter(step -> !step.matched() && step.subject().equals(subject))
            .map(step -> step.detail())
            .toList();
  }
}
