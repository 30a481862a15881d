package io.postern.console.web.partners;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.api.ProblemException;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
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
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** A draft of a pair of connectors, compared with the mail of the last seven days. */
@Page
@Path("/partners")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class WhatIfPage {
  private final Frames frames;
  private final Peers peers;

  WhatIfPage(Frames frames, Peers peers) {
    this.frames = frames;
    this.peers = peers;
  }

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance whatIf(Frame f, WhatIfView x);
  }

  @GET
  @Path("what-ifs/{id}/progress")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String progress(@PathParam("id") String id) {
    WhatIfView view =
        find(peers, id).orElseThrow(() -> ProblemException.notFound("comparison " + id));
    return Templates.whatIf(frames.of("plan.title"), view).render();
  }

  /** Empty: policy-service does not have it any more. */
  static Optional<WhatIfView> find(Peers peers, String id) {
    return peers.policy().find("/what-if/" + Frame.encoded(id)).map(WhatIfView::of);
  }

  /**
   * Starts one of the organization with these connectors in the place of their namesakes.
   *
   * @param draft lists of connectors, as in a directory file
   * @param days that it reaches back, 1 to 7
   * @return its id
   */
  static String start(Peers peers, String organization, JsonNode draft, int days) {
    return peers
        .policy()
        .post("/what-if?days=" + days + "&organization=" + Frame.encoded(organization), draft)
        .body()
        .path("id")
        .asText();
  }
}
