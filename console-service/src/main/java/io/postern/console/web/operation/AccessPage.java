package io.postern.console.web.operation;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.api.Caller;
import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.console.web.frame.FieldFaults;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.PageAnswers;
import io.postern.console.web.frame.PosternCommand;
import io.postern.console.web.frame.QueryPath;
import io.postern.console.web.peers.Asked;
import io.postern.console.web.peers.Peer;
import io.postern.console.web.peers.PeerJson;
import io.postern.console.web.peers.Peers;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.FormParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** Who may: the reader's own rights, and for operators the local users (docs/guides/users.md). */
@Page
@Path("/access")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class AccessPage {
  private static final int SERVER = 500;
  private static final int CHANGED_MEANWHILE = 412;
  private static final int CONFLICT = 409;
  private static final String USERS = "/users/";

  private final Frames frames;
  private final Peers peers;
  private final Caller caller;

  AccessPage(Frames frames, Peers peers, Caller caller) {
    this.frames = frames;
    this.peers = peers;
    this.caller = caller;
  }

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance access(Frame f, View v);

    static native TemplateInstance accessUser(Frame f, Form v);

    static native TemplateInstance accessRemove(Frame f, Removal v);

    static native TemplateInstance accessUserFactor(Frame f, Removal v);

    static native TemplateInstance accessPassword(Frame f, String name, String password);
  }

  /**
   * @param reads organizations; {@code *}: all
   * @param local the reader has a password here
   * @param done sentence about what was just done; empty: nothing
   */
  public record View(
      List<String> roles,
      String reads,
      String changes,
      List<User> users,
      List<String> notes,
      String done,
      boolean local) {}

  /**
   * A local user.
   *
   * @param factor a sign-in needs a code
   */
  public record User(
      String name, List<String> roles, String changed, String href, boolean factor) {}

  /**
   * Of a user, or of the user's second factor.
   *
   * @param local the reader has a password here, and shows it again
   */
  public record Removal(
      User user, String etag, boolean local, String currentFault, List<String> faults) {}

  /**
   * @param isNew there is no such user yet
   * @param etag of the user as the reader has seen it; empty: it is new
   * @param over somebody else has changed the user, and saving goes over that
   * @param roles one a line
   * @param local the reader has a password here, and shows it again
   */
  public record Form(
      boolean isNew,
      String etag,
      boolean over,
      String name,
      String nameFault,
      String roles,
      String rolesFault,
      String passwordFault,
      boolean local,
      String currentFault,
      List<String> faults) {
    static Form empty(boolean local) {
      return new Form(true, "", false, "", "", "", "", "", local, "", List.of());
    }

    static Form of(User user, String etag, boolean local) {
      String roles = String.join("\n", user.roles());
      return new Form(false, etag, false, user.name(), "", roles, "", "", local, "", List.of());
    }
  }

  @GET
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String read(
      @QueryParam("changed") @DefaultValue("") String changed,
      @QueryParam("removed") @DefaultValue("") String removed) {
    Frame frame =
        frames
            .of("nav.access")
            .command(caller.isOperator() ? "postern users list" : "postern whoami");
    List<String> notes = new ArrayList<>();
    Asked asksMe = Asked.of(peers.policy(), "/me");
    List<User> users = new ArrayList<>();
    if (caller.isOperator()) {
      PeerJson.get(peers.policy(), "/users", notes)
          .ifPresent(all -> all.forEach(each -> users.add(user(each))));
    }
    Optional<JsonNode> me = asksMe.get(notes);
    String done =
        changed.isEmpty()
            ? removed.isEmpty() ? "" : frame.t("access.removed", removed)
            : frame.t("access.changed", changed);
    return Templates.access(
            frame,
            new View(
                me.map(it -> PeerJson.texts(it, "roles")).orElse(List.of()),
                me.map(it -> words(frame, PeerJson.texts(it, "reads"))).orElse(""),
                me.map(it -> words(frame, PeerJson.texts(it, "changes"))).orElse(""),
                users,
                notes,
                done,
                isLocal()))
        .render();
  }

  /** Names of other users have words in them. */
  private boolean isLocal() {
    return !caller.name().contains(" ");
  }

  private static String words(Frame f, List<String> organizations) {
    return organizations.contains("*")
        ? f.t("access.all")
        : organizations.isEmpty() ? f.t("access.nothing") : String.join(", ", organizations);
  }

  private static User user(JsonNode each) {
    String name = PeerJson.text(each, "name");
    return new User(
        name,
        PeerJson.texts(each, "roles"),
        PeerJson.text(each, "changed"),
        "/access/users/" + Frame.encoded(name),
        each.path("secondFactor").asBoolean());
  }

  /** All of the reader, this one included. */
  @POST
  @Path("/sessions/end")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response endSessions() {
    peers.policy().delete("/me/sessions", null);
    return PageAnswers.see("/sign-in");
  }

  @GET
  @Path("/new")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String make() {
    caller.requireOperator();
    return form(Form.empty(isLocal()));
  }

  @GET
  @Path("/users/{name}")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String edit(@PathParam("name") String name) {
    Peer.Answer user = peers.policy().read(path(name));
    return form(Form.of(user(user.body()), user.etag(), isLocal()));
  }

  @POST
  @Path("/users")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response set(
      @FormParam("name") @DefaultValue("") String given,
      @FormParam("roles") @DefaultValue("") String roles,
      @FormParam("password") @DefaultValue("") String password,
      @FormParam("current") @DefaultValue("") String current,
      @FormParam("new") @DefaultValue("false") boolean isNew,
      @FormParam("etag") @DefaultValue("") String etag) {
    String name = given.strip();
    if (name.isEmpty()) {
      return Response.ok(form(misnamed(given, "access.no-name", roles))).build();
    }
    Map<String, Object> request = new LinkedHashMap<>();
    request.put(
        "roles",
        Arrays.stream(roles.split("[\\s,]+", -1)).filter(role -> !role.isEmpty()).toList());
    if (!password.isEmpty()) {
      request.put("password", password);
    }
    request.put("current", current);
    try {
      JsonNode answer =
          (isNew
                  ? peers.policy().make(path(name), request)
                  : peers.policy().put(path(name), request, etag))
              .body();
      String made = PeerJson.text(answer, "password");
      return made.isEmpty() || !password.isEmpty()
          ? PageAnswers.see(QueryPath.to("/access").with("changed", name).toString())
          // Nothing keeps it: this answer alone has it.
          : Response.ok(password(name, made)).build();
    } catch (ProblemException e) {
      Problem problem = e.problem();
      if (problem.status() == CHANGED_MEANWHILE) {
        return Response.ok(
                form(
                    isNew ? misnamed(given, "access.exists", roles) : meanwhile(name, etag, roles)))
            .build();
      }
      FieldFaults faults = FieldFaults.of(problem);
      List<String> others =
          new ArrayList<>(faults.others(List.of("name", "roles", "password", "current")));
      if (faults.isEmpty()) {
        others.add(problem.detail());
      }
      String page =
          form(
              new Form(
                  isNew,
                  etag,
                  false,
                  name,
                  faults.of("name"),
                  roles,
                  faults.of("roles"),
                  faults.of("password"),
                  isLocal(),
                  faults.of("current"),
                  others));
      return Response.status(
              problem.status() < SERVER ? Response.Status.OK.getStatusCode() : problem.status())
          .entity(page)
          .build();
    }
  }

  private Form misnamed(String given, String fault, String roles) {
    String text = frames.words().text(fault);
    return new Form(true, "", false, given, text, roles, "", "", isLocal(), "", List.of());
  }

  /** What was typed, beside what somebody else has made of the user. */
  private Form meanwhile(String name, String etag, String roles) {
    Frame f = frames.of("access.edit");
    try {
      Peer.Answer now = peers.policy().read(path(name));
      String theirs = String.join(", ", user(now.body()).roles());
      String fault = f.t("access.meanwhile", theirs.isEmpty() ? f.t("access.nothing") : theirs);
      return new Form(
          false, now.etag(), true, name, "", roles, "", "", isLocal(), "", List.of(fault));
    } catch (ProblemException e) {
      if (e.problem().status() != Response.Status.NOT_FOUND.getStatusCode()) {
        throw e;
      }
      List<String> gone = List.of(f.t("access.meanwhile-removed"));
      return new Form(false, etag, false, name, "", roles, "", "", isLocal(), "", gone);
    }
  }

  private static String path(String name) {
    return USERS + Frame.encoded(name);
  }

  private String password(String name, String made) {
    Frame frame =
        frames.of("access.password").command(PosternCommand.of("users set").add(name).toString());
    return Templates.accessPassword(frame, name, made).render();
  }

  private String form(Form form) {
    PosternCommand command = PosternCommand.of("users set");
    command.add(form.name().isEmpty() ? "NAME" : form.name());
    for (String role : form.roles().split("\\s+", -1)) {
      command.with("--role", role);
    }
    Frame frame =
        frames.of(form.isNew() ? "access.new" : "access.edit").command(command.toString());
    return Templates.accessUser(frame, form).render();
  }

  @GET
  @Path("/users/{name}/remove")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String askRemove(@PathParam("name") String name) {
    return removal(name, "", List.of());
  }

  @POST
  @Path("/users/{name}/remove")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response remove(
      @PathParam("name") String name,
      @FormParam("etag") @DefaultValue("") String etag,
      @FormParam("current") @DefaultValue("") String current) {
    try {
      peers.policy().delete(path(name), Map.of("current", current), etag);
    } catch (ProblemException e) {
      if (e.problem().status() == CHANGED_MEANWHILE) {
        String fault = frames.words().text("access.meanwhile-remove");
        return Response.ok(removal(name, "", List.of(fault))).build();
      }
      String wrong = FieldFaults.of(e.problem()).of("current");
      if (!wrong.isEmpty()) {
        return Response.ok(removal(name, wrong, List.of())).build();
      }
      if (e.problem().status() != CONFLICT) {
        throw e;
      }
      return Response.status(CONFLICT)
          .entity(removal(name, "", List.of(e.problem().detail())))
          .build();
    }
    return PageAnswers.see(QueryPath.to("/access").with("removed", name).toString());
  }

  private String removal(String name, String currentFault, List<String> faults) {
    Frame frame =
        frames.of("access.remove").command(PosternCommand.of("users remove").add(name).toString());
    return Templates.accessRemove(frame, removalOf(name, currentFault, faults)).render();
  }

  private Removal removalOf(String name, String currentFault, List<String> faults) {
    Peer.Answer user = peers.policy().read(path(name));
    return new Removal(user(user.body()), user.etag(), isLocal(), currentFault, faults);
  }

  @GET
  @Path("/users/{name}/second-factor")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String askRemoveFactor(@PathParam("name") String name) {
    return factorRemoval(name, "", List.of());
  }

  @POST
  @Path("/users/{name}/second-factor")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response removeFactor(
      @PathParam("name") String name, @FormParam("current") @DefaultValue("") String current) {
    try {
      peers.policy().delete(path(name) + "/second-factor", Map.of("current", current), null);
    } catch (ProblemException e) {
      String wrong = FieldFaults.of(e.problem()).of("current");
      if (wrong.isEmpty() && e.problem().status() != CONFLICT) {
        throw e;
      }
      List<String> faults = wrong.isEmpty() ? List.of(e.problem().detail()) : List.of();
      return Response.ok(factorRemoval(name, wrong, faults)).build();
    }
    return PageAnswers.see(QueryPath.to("/access").with("changed", name).toString());
  }

  private String factorRemoval(String name, String currentFault, List<String> faults) {
    Frame frame =
        frames
            .of("access.user-factor")
            .command(PosternCommand.of("users remove-second-factor").add(name).toString());
    return Templates.accessUserFactor(frame, removalOf(name, currentFault, faults)).render();
  }
}
