package io.postern.console.web.operation;

import io.postern.api.Caller;
import io.postern.console.ConsoleSettings;
import io.postern.console.store.ReadModelResource;
import io.postern.console.store.ReadTo;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.PageAnswers;
import io.postern.console.web.frame.Shell;
import io.postern.console.web.peers.Asked;
import io.postern.console.web.peers.Peers;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/**
 * The settings in force, read only, and the read model with its rebuild
 * (docs/guides/tracing-a-message.md).
 */
@Page
@Path("/settings")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class SettingsPage {

  private final Frames frames;
  private final Peers peers;
  private final ConsoleSettings settings;
  private final ReadModelResource model;
  private final Caller caller;
  private final String version;

  SettingsPage(
      Frames frames,
      Peers peers,
      ConsoleSettings settings,
      ReadModelResource model,
      Caller caller,
      @ConfigProperty(name = "quarkus.application.version", defaultValue = "") String version) {
    this.frames = frames;
    this.peers = peers;
    this.settings = settings;
    this.model = model;
    this.caller = caller;
    this.version = version;
  }

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance settings(Frame f, View v);

    static native TemplateInstance readModelTopics(Frame f, List<Topic> topics, boolean isLive);

    static native TemplateInstance rebuild(Frame f);
  }

  /**
   * @param isAsked a rebuild was just asked for
   * @param isLive the topics refresh by themselves, until all is read
   */
  public record View(
      String version,
      String retention,
      String most,
      List<Service> services,
      List<Topic> topics,
      boolean isAsked,
      boolean isLive,
      boolean mayRebuild) {}

  /**
   * @param address empty: not said
   * @param problem sentence; empty: it answers
   */
  public record Service(String name, String key, String address, String problem) {}

  /** How far a topic is read. */
  public record Topic(
      String name,
      @Nullable String newest,
      String lag,
      boolean behind,
      @Nullable String asOf,
      String lost,
      String unreadable,
      boolean damaged) {}

  @GET
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String read(@QueryParam("rebuild") @DefaultValue("") String rebuild) {
    Frame frame = frames.of("nav.settings").json("/api/v1/read-model").command("postern status");
    Asked asksPolicy = Asked.of(peers.policy(), "/me");
    Asked asksCertificates = Asked.of(peers.certificates(), "/me");
    List<Topic> topics = topics(frame);
    boolean asked = rebuild.equals("asked");
    return Templates.settings(
            frame,
            new View(
                version,
                frame.number(settings.retentionDays()),
                frame.number(settings.mostADay()),
                List.of(
                    service("policy-service", "policy-url", peers.policyAddress(), asksPolicy),
                    service(
                        "certificate-service",
                        "certificate-url",
                        peers.certificateAddress(),
                        asksCertificates)),
                topics,
                asked,
                asked || topics.stream().anyMatch(Topic::behind),
                caller.isOperator()))
        .render();
  }

  /** The table alone: it refreshes itself while something is not read yet. */
  @GET
  @Path("/read-model")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String readModel() {
    Frame frame = frames.of("nav.settings");
    List<Topic> topics = topics(frame);
    return Templates.readModelTopics(frame, topics, topics.stream().anyMatch(Topic::behind))
        .render();
  }

  private List<Topic> topics(Frame f) {
    List<Topic> topics = new ArrayList<>();
    for (ReadTo.Topic each : model.readTo().topics()) {
      topics.add(
          new Topic(
              each.topic(),
              each.newest(),
              f.number(each.lag()),
              each.lag() > 0,
              each.asOf(),
              f.number(each.lost()),
              f.number(each.unreadable()),
              each.lost() + each.unreadable() > 0));
    }
    return topics;
  }

  /** Addresses are the operators' matter. */
  private Service service(String name, String key, Optional<URI> address, Asked me) {
    List<String> notes = new ArrayList<>();
    me.get(notes);
    return new Service(
        name,
        "postern.console." + key,
        caller.isOperator() ? address.map(URI::toString).orElse("") : "",
        String.join(" ", notes));
  }

  @GET
  @Path("/rebuild")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String askRebuild() {
    caller.requireOperator();
    return Templates.rebuild(
            frames
                .of("settings.rebuild")
                .json("/api/v1/read-model")
                .command(Shell.curl("CONSOLE-SERVICE", "/read-model/rebuild") + " -X POST"))
        .render();
  }

  @POST
  @Path("/rebuild")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response rebuild() {
    model.rebuild();
    return PageAnswers.see("/settings?rebuild=asked");
  }
}
