package io.postern.console.web.mail;

import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Page;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** A message as today's connectors decide it. */
@Page
@Path("/messages/{queueId}/explain")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class MessageExplainPage {
  private final Explanations explanations;

  MessageExplainPage(Explanations explanations) {
    this.explanations = explanations;
  }

  @GET
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String read(@PathParam("queueId") String id) {
    return explanations.page("queueId", id, "/messages/" + Frame.encoded(id));
  }
}
