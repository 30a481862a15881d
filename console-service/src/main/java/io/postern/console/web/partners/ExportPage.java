package io.postern.console.web.partners;

import io.postern.api.ProblemException;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.PosternCommand;
import io.postern.console.web.frame.QueryPath;
import io.postern.console.web.peers.Peers;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** Commands of PowerShell for a partner, to be read before they are run. */
@Page
@Path("/partners")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class ExportPage {
  private final Frames frames;
  private final Peers peers;
  private final Connectors connectors;

  ExportPage(Frames frames, Peers peers, Connectors connectors) {
    this.frames = frames;
    this.peers = peers;
    this.connectors = connectors;
  }

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance exportExchange(
        Frame f,
        List<String> organizations,
        String organization,
        String mailHost,
        String certificateName,
        String commands,
        String problem);
  }

  @GET
  @Path("export")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String read(
      @QueryParam("organization") @DefaultValue("") String organization,
      @QueryParam("mailHost") @DefaultValue("") String mailHost,
      @QueryParam("certificateName") @DefaultValue("") String certificateName) {
    List<String> organizations = connectors.organizations();
    String chosen =
        organization.isEmpty() && !organizations.isEmpty()
            ? organizations.getFirst()
            : organization;
    String commands = "";
    String problem = "";
    if (!chosen.isEmpty()) {
      try {
        commands =
            peers
                .policy()
                .text(
                    QueryPath.to("/organizations/" + Frame.encoded(chosen) + "/export/exchange")
                        .with("for", "partner")
                        .with("mailHost", mailHost.strip())
                        .with("certificateName", certificateName.strip())
                        .toString());
      } catch (ProblemException e) {
        problem = ConnectorPage.sentence(e);
      }
    }
    Frame f =
        frames
            .of("exp.title")
            .command(
                PosternCommand.of("export exchange")
                    .add(chosen)
                    .with("--for", "partner")
                    .toString());
    return Templates.exportExchange(
            f, organizations, chosen, mailHost, certificateName, commands, problem)
        .render();
  }
}
