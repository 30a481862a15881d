package io.postern.console.web.partners;

import io.postern.api.ProblemException;
import io.postern.console.watch.Watch;
import io.postern.console.watch.WatchParameters;
import io.postern.console.watch.WatchResource;
import io.postern.console.watch.WatchedSession;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.PageAnswers;
import io.postern.console.web.frame.PosternCommand;
import io.postern.console.web.frame.QueryPath;
import io.postern.console.web.frame.ReadLine;
import io.postern.console.web.frame.Submitted;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** Watches a partner's next sessions, and shows each with its conditions as it comes. */
@Page
@Path("/partners")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class WatchPage {
  private static final String PAGE = "/partners/watched";

  private final Frames frames;
  private final WatchResource watches;
  private final Connectors connectors;
  private final Submitted form;

  WatchPage(Frames frames, WatchResource watches, Connectors connectors, Submitted form) {
    this.frames = frames;
    this.watches = watches;
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

  /**
   * @param sessions the newest first
   * @param fragment path of the newest state
   * @param end path of the sessions so far
   * @param read how far the read model has read
   */
  public record View(
      Watch watch,
      List<WatchedSession> sessions,
      String page,
      String fragment,
      String end,
      String read) {
    public long shown() {
      return sessions.size();
    }
  }

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance watchNew(Frame f, Form v);

    static native TemplateInstance watch(Frame f, View v);

    static native TemplateInstance watchSessions(Frame f, View v);
  }

  @GET
  @Path("watch")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String ask(@BeanParam WatchParameters asked) {
    return page(asked, "");
  }

  private String page(WatchParameters asked, String problem) {
    Frame f = frames.of("watch.title");
    List<String> organizations = connectors.organizations();
    if (asked.organization.isEmpty() && !organizations.isEmpty()) {
      asked.organization = organizations.getFirst();
    }
    List<String> inbound =
        asked.organization.isEmpty()
            ? List.of()
            : connectors.list(asked.organization, Connectors.INBOUND).stream()
                .map(Connectors.Connector::name)
                .toList();
    f.command(command(asked));
    return Templates.watchNew(
            f,
            new Form(
                organizations,
                inbound,
                asked.organization,
                asked.connector,
                String.join("\n", asked.domains),
                String.join("\n", asked.certificateNames),
                String.join("\n", asked.addresses),
                problem))
        .render();
  }

  private static String command(WatchParameters asked) {
    PosternCommand command = PosternCommand.of("watch").add(asked.organization);
    if (!asked.connector.isEmpty()) {
      return command.add(asked.connector).toString();
    }
    asked.domains.forEach(domain -> command.with("--domain", domain));
    asked.certificateNames.forEach(name -> command.with("--certificate-name", name));
    asked.addresses.forEach(address -> command.with("--address", address));
    return command.toString();
  }

  @POST
  @Path("watch")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response start() {
    WatchParameters asked = new WatchParameters();
    asked.organization = form.text("organization");
    asked.connector = form.text("connector");
    asked.domains = form.list("domains");
    asked.certificateNames = form.list("certificateNames");
    asked.addresses = form.list("addresses");
    String problem = "";
    if (asked.isDescribed() == !asked.connector.isEmpty()) {
      problem = frames.of("watch.title").t("watch.oneOf");
    } else {
      try {
        return PageAnswers.see(path(PAGE, asked, watches.sessions(asked)).toString());
      } catch (ProblemException e) {
        problem = ConnectorPage.sentence(e);
      }
    }
    return Response.ok(page(asked, problem)).build();
  }

  @GET
  @Path("watched")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String read(@BeanParam WatchParameters asked) {
    Frame f = frames.of("watch.title");
    return Templates.watch(f, view(f, asked)).render();
  }

  @GET
  @Path("watched/sessions")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String sessions(@BeanParam WatchParameters asked) {
    Frame f = frames.of("watch.title");
    return Templates.watchSessions(f, view(f, asked)).render();
  }

  private View view(Frame f, WatchParameters asked) {
    Watch watch = watches.sessions(asked);
    QueryPath page = path(PAGE, asked, watch).with("until", asked.until);
    QueryPath fragment = path(PAGE + "/sessions", asked, watch).with("until", asked.until);
    QueryPath end = path(PAGE, asked, watch).with("until", watch.asOf());
    f.command(command(asked));
    f.json(path("/api/v1/partner-sessions", asked, watch).with("until", asked.until).toString());
    return new View(
        watch,
        watch.sessions().reversed(),
        page.toString(),
        fragment.toString(),
        end.toString(),
        ReadLine.of(watch.readTo(), f));
  }

  /** With the time from which on sessions are shown. */
  private static QueryPath path(String to, WatchParameters asked, Watch watch) {
    QueryPath path =
        QueryPath.to(to)
            .with("organization", asked.organization)
            .with("connector", asked.connector);
    asked.domains.forEach(domain -> path.with("domain", domain));
    asked.certificateNames.forEach(name -> path.with("certificateName", name));
    asked.addresses.forEach(address -> path.with("address", address));
    return path.with("since", watch.since());
  }
}
