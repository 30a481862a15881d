package io.postern.console.web.partners;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.api.ProblemException;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.PageAnswers;
import io.postern.console.web.frame.PosternCommand;
import io.postern.console.web.frame.Submitted;
import io.postern.console.web.peers.Peers;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
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

/** Watches a partner's next sessions, and shows each with its conditions as it comes. */
@Page
@Path("/partners")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class WatchPage {
  private final Frames frames;
  private final Peers peers;
  private final Connectors connectors;
  private final Submitted form;

  WatchPage(Frames frames, Peers peers, Connectors connectors, Submitted form) {
    this.frames = frames;
    this.peers = peers;
    this.connectors = connectors;
    this.form = form;
  }

  /** What was typed, and why it was refused. */
  public record Form(
      List<String> organizations,
      List<String> names,
      String organization,
      String connector,
      String domains,
      String certificateNames,
      String addresses,
      String problem) {}

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance watchNew(Frame f, Form v);

    static native TemplateInstance watch(Frame f, WatchView w);

    static native TemplateInstance watchSessions(Frame f, WatchView w);
  }

  @GET
  @Path("watch")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String ask(
      @QueryParam("organization") @DefaultValue("") String organization,
      @QueryParam("connector") @DefaultValue("") String connector,
      @QueryParam("domain") @DefaultValue("") String domain) {
    return page(organization, connector, domain, "", "", "");
  }

  private String page(
      String organization,
      String connector,
      String domains,
      String names,
      String addresses,
      String problem) {
    Frame f = frames.of("watch.title");
    List<String> organizations = connectors.organizations().stream().filter(f::mayChange).toList();
    String chosen =
        organization.isEmpty() && !organizations.isEmpty()
            ? organizations.getFirst()
            : organization;
    List<String> inbound =
        chosen.isEmpty()
            ? List.of()
            : connectors.list(chosen, Connectors.INBOUND).stream()
                .map(Connectors.Connector::name)
                .toList();
    f.command(
        (connector.isEmpty()
                ? PosternCommand.of("watch").add(chosen).with("--domain", domains)
                : PosternCommand.of("watch").add(chosen).add(connector))
            .toString());
    return Templates.watchNew(
            f,
            new Form(organizations, inbound, chosen, connector, domains, names, addresses, problem))
        .render();
  }

  @POST
  @Path("watch")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response start() {
    String organization = form.text("organization");
    String connector = form.text("connector");
    List<String> domains = form.list("domains");
    List<String> names = form.list("certificateNames");
    List<String> addresses = form.list("addresses");
    boolean described = !domains.isEmpty() || !names.isEmpty() || !addresses.isEmpty();
    String problem = "";
    if (described == !connector.isEmpty()) {
      problem = frames.of("watch.title").t("watch.oneOf");
    } else {
      try {
        return PageAnswers.see(
            WatchView.of(made(organization, connector, domains, names, addresses)).page());
      } catch (ProblemException e) {
        problem = ConnectorPage.sentence(e);
      }
    }
    return Response.ok(
            page(
                organization,
                connector,
                String.join("\n", domains),
                String.join("\n", names),
                String.join("\n", addresses),
                problem))
        .build();
  }

  private JsonNode made(
      String organization,
      String connector,
      List<String> domains,
      List<String> names,
      List<String> addresses) {
    if (connector.isEmpty()) {
      return peers
          .policy()
          .post(
              "/organizations/" + Frame.encoded(organization) + "/watches",
              Map.of("domains", domains, "certificateNames", names, "addresses", addresses))
          .body();
    }
    return peers
        .policy()
        .post(Connectors.path(organization, Connectors.INBOUND, connector) + "/watches", Map.of())
        .body();
  }

  @GET
  @Path("watches/{organization}/{id}")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String read(@PathParam("organization") String organization, @PathParam("id") String id) {
    return Templates.watch(frames.of("watch.title"), view(organization, id)).render();
  }

  @GET
  @Path("watches/{organization}/{id}/sessions")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String sessions(
      @PathParam("organization") String organization, @PathParam("id") String id) {
    return Templates.watchSessions(frames.of("watch.title"), view(organization, id)).render();
  }

  @POST
  @Path("watches/{organization}/{id}/end")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response end(@PathParam("organization") String organization, @PathParam("id") String id) {
    var unused = peers.policy().delete(place(organization, id), null);
    return PageAnswers.see(
        "/partners/watches/" + Frame.encoded(organization) + "/" + Frame.encoded(id));
  }

  private WatchView view(String organization, String id) {
    return WatchView.of(peers.policy().get(place(organization, id)));
  }

  private static String place(String organization, String id) {
    return "/organizations/" + Frame.encoded(organization) + "/watches/" + Frame.encoded(id);
  }
}
