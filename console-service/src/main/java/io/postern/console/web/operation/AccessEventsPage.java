package io.postern.console.web.operation;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.api.Caller;
import io.postern.api.ProblemException;
import io.postern.console.web.frame.FieldFaults;
import io.postern.console.web.frame.FormField;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.PosternCommand;
import io.postern.console.web.frame.QueryPath;
import io.postern.console.web.peers.PeerJson;
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
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;

/**
 * Who signed in, who changed who may, and what was refused, for operators (docs/guides/users.md).
 */
@Page
@Path("/access/events")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class AccessEventsPage {
  private static final String LIMIT = "200";
  private static final int BAD_REQUEST = 400;
  private static final String DEFAULT_SINCE = "7d";

  private final Frames frames;
  private final Peers peers;
  private final Caller caller;

  AccessEventsPage(Frames frames, Peers peers, Caller caller) {
    this.frames = frames;
    this.peers = peers;
    this.caller = caller;
  }

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance accessEvents(Frame f, View v);
  }

  /**
   * @param older there are older ones in the time range
   * @param unreadable how many records were left out; empty: none
   */
  public record View(
      List<FormField> fields,
      List<Event> events,
      boolean older,
      String unreadable,
      List<String> notes,
      boolean filtered) {}

  /**
   * @param user empty: an unknown name
   * @param by empty: the user
   * @param count of a minute, of refusals or repeats; empty: one event
   */
  public record Event(
      String at,
      String what,
      String user,
      String by,
      String client,
      String service,
      String count,
      String detail) {}

  @GET
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String read(
      @QueryParam("user") @DefaultValue("") String user,
      @QueryParam("since") @DefaultValue("") String since,
      @QueryParam("until") @DefaultValue("") String until) {
    caller.requireOperator();
    String first = since.isBlank() ? DEFAULT_SINCE : since.strip();
    Frame frame =
        frames
            .of("access.events")
            .command(
                PosternCommand.of("users events")
                    .with("--user", user)
                    .with("--since", first)
                    .with("--until", until)
                    .toString());
    FieldFaults faults = FieldFaults.NONE;
    List<String> notes = new ArrayList<>();
    List<Event> events = new ArrayList<>();
    boolean older = false;
    long unreadable = 0;
    try {
      JsonNode answer =
          peers
              .policy()
              .get(
                  QueryPath.to("/access-events")
                      .with("user", user.strip())
                      .with("since", first)
                      .with("until", until.strip())
                      .with("limit", LIMIT)
                      .toString());
      older = answer.path("older").asBoolean();
      unreadable = answer.path("unreadable").asLong();
      answer.path("events").forEach(each -> events.add(event(frame, each)));
    } catch (ProblemException e) {
      if (e.problem().status() == BAD_REQUEST) {
        faults = FieldFaults.of(e.problem());
      } else {
        notes.add(e.problem().detail());
      }
    }
    return Templates.accessEvents(
            frame,
            new View(
                List.of(
                    FormField.text("user", frame.t("access.events.user"), user, faults),
                    FormField.text("since", frame.t("changes.since"), first, faults),
                    FormField.text("until", frame.t("changes.until"), until, faults)),
                events,
                older,
                unreadable == 0 ? "" : frame.number(unreadable),
                notes,
                !user.isEmpty() || !since.isEmpty() || !until.isEmpty()))
        .render();
  }

  private static Event event(Frame f, JsonNode event) {
    String user = PeerJson.text(event, "user");
    String by = PeerJson.text(event, "by");
    long count = event.path("count").asLong();
    return new Event(
        PeerJson.text(event, "at"),
        f.word("access.event", PeerJson.text(event, "kind")),
        user,
        by.equals(user) ? "" : by,
        PeerJson.text(event, "client"),
        PeerJson.text(event, "service"),
        count == 0 ? "" : f.number(count),
        detail(event));
  }

  private static String detail(JsonNode event) {
    if (event.has("rolesBefore") || event.has("rolesAfter")) {
      return String.join(", ", PeerJson.texts(event, "rolesBefore"))
          + " \u2192 "
          + String.join(", ", PeerJson.texts(event, "rolesAfter"));
    }
    return PeerJson.text(event, "detail");
  }
}
