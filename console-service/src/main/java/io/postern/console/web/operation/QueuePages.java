package io.postern.console.web.operation;

import io.postern.api.Caller;
import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.console.queue.QueueControl;
import io.postern.console.queue.QueueControlAnswer;
import io.postern.console.queue.QueueGroups;
import io.postern.console.queue.QueuePage;
import io.postern.console.queue.QueueParameters;
import io.postern.console.queue.QueueResource;
import io.postern.console.web.frame.Ages;
import io.postern.console.web.frame.FieldFaults;
import io.postern.console.web.frame.FormField;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.PageChoice;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/** What waits and what is held: by one of its facts, and as a list (docs/guides/queue.md). */
@Page
@Path("/queue")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class QueuePages {
  static final List<String> ACTIONS = List.of("retry", "hold", "release", "cancel");

  private static final List<String> FACTS =
      List.of("reason", "route", "connector", "organization", "toDomain", "fromDomain", "state");
  private static final List<String> AGES = List.of("1h", "4h", "1d");
  private static final int BAD_REQUEST = 400;

  private final Frames frames;
  private final QueueResource queue;
  private final Caller caller;

  QueuePages(Frames frames, QueueResource queue, Caller caller) {
    this.frames = frames;
    this.queue = queue;
    this.caller = caller;
  }

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance queue(Frame f, View v);
  }

  /**
   * @param fields of the filter
   * @param faults that belong to no field
   * @param facts by which it can be grouped
   * @param ages quick filters by age
   * @param actions on all that the filter finds; none: no filter is given, or the reader may not
   * @param troubled next hops that are not open
   * @param asked sentence about requests that were just made; empty: none
   * @param mayAct the reader may ask something of mail
   */
  public record View(
      List<FormField> fields,
      String by,
      List<String> faults,
      List<PageChoice> facts,
      List<PageChoice> ages,
      List<PageChoice> actions,
      List<Group> groups,
      List<Hop> troubled,
      List<Entry> entries,
      String total,
      @Nullable String next,
      String asked,
      boolean filtered,
      boolean mayAct) {}

  /**
   * @param href the queue with this group alone; empty: there is no such filter
   * @param heldHref the same with what is held of it; empty: nothing is
   */
  public record Group(
      String name,
      String href,
      String heldHref,
      String recipients,
      String held,
      String messages,
      String oldest,
      String age,
      String next) {}

  /** A next hop's state at one replica of delivery-service. */
  public record Hop(
      String route, String href, String state, String words, String at, String mail) {}

  /** A recipient, with its message's page. */
  public record Entry(QueuePage.Recipient r, String href, String age, String connector) {}

  @GET
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String read(
      @BeanParam QueueParameters parameters,
      @QueryParam("by") @DefaultValue("reason") String by,
      @QueryParam("asked") @DefaultValue("") String asked,
      @QueryParam("left") @DefaultValue("") String left,
      @Context UriInfo uri) {
    Map<String, String> given = QueueForm.given(parameters.filter());
    String fact = FACTS.contains(by) ? by : FACTS.getFirst();
    Frame frame =
        frames
            .of("nav.queue")
            .json(QueueForm.link("/api/v1/queue", given).toString())
            .command(QueueForm.command("queue list", given).toString());
    String said =
        asked.matches("[1-9][0-9]{0,8}")
            ? frame.t("queue.asked", frame.number(Long.parseLong(asked)))
                + (left.matches("[1-9][0-9]{0,8}")
                    ? " " + frame.t("queue.left", frame.number(Long.parseLong(left)))
                    : "")
            : asked.equals("0") ? frame.t("queue.finds-none") : "";
    blankToNull(parameters, given);
    try {
      QueuePage page = queue.list(parameters, uri);
      List<QueueGroups.Group> groups = queue.groups(parameters, fact).groups();
      List<QueueGroups.Group> routes =
          fact.equals("route") ? groups : queue.groups(parameters, "route").groups();
      return render(frame, given, fact, FieldFaults.NONE, page, groups, routes, said);
    } catch (ProblemException e) {
      if (e.problem().status() != BAD_REQUEST) {
        throw e;
      }
      return render(
          frame, given, fact, FieldFaults.of(e.problem()), null, List.of(), List.of(), said);
    }
  }

  /** A form sends its empty fields too. */
  private static void blankToNull(QueueParameters parameters, Map<String, String> given) {
    parameters.state = given.get("state");
    parameters.reason = given.get("reason");
    parameters.route = given.get("route");
    parameters.connector = given.get("connector");
    parameters.organization = given.get("organization");
    parameters.from = given.get("from");
    parameters.fromDomain = given.get("fromDomain");
    parameters.to = given.get("to");
    parameters.toDomain = given.get("toDomain");
    parameters.queueId = given.get("queueId");
    parameters.olderThan = given.get("olderThan");
    parameters.newerThan = given.get("newerThan");
  }

  private String render(
      Frame f,
      Map<String, String> given,
      String by,
      FieldFaults faults,
      @Nullable QueuePage page,
      List<QueueGroups.Group> groups,
      List<QueueGroups.Group> routes,
      String asked) {
    boolean mayAct = caller.rights().changes().map(mine -> !mine.isEmpty()).orElse(true);
    List<FormField> fields = QueueForm.fields(f, given, faults);
    return Templates.queue(
            f,
            new View(
                fields,
                by,
                faults.others(fields.stream().map(FormField::name).toList()),
                facts(f, given, by),
                ages(f, given, by),
                mayAct && !given.isEmpty() && faults.isEmpty() ? actions(f, given) : List.of(),
                groups.stream().map(group -> group(f, given, by, group)).toList(),
                routes.stream()
                    .flatMap(
                        group ->
                            group.states().stream()
                                .filter(state -> !state.state().equals("open"))
                                .map(state -> hop(f, given, group, state)))
                    .toList(),
                page == null
                    ? List.of()
                    : page.recipients().stream().map(each -> entry(f, each)).toList(),
                f.number(page == null ? 0 : page.total()),
                page == null ? null : page.next(),
                asked,
                !given.isEmpty(),
                mayAct))
        .render();
  }

  private static List<PageChoice> facts(Frame f, Map<String, String> given, String by) {
    return FACTS.stream()
        .map(
            fact ->
                new PageChoice(
                    f.t("queue.by." + fact),
                    QueueForm.link("/queue", given).with("by", fact).toString(),
                    fact.equals(by)))
        .toList();
  }

  private static List<PageChoice> ages(Frame f, Map<String, String> given, String by) {
    return AGES.stream()
        .map(
            age ->
                new PageChoice(
                    f.t("queue.older." + age),
                    QueueForm.link("/queue", with(given, "olderThan", age))
                        .with("by", by)
                        .toString(),
                    age.equals(given.get("olderThan"))))
        .toList();
  }

  private static List<PageChoice> actions(Frame f, Map<String, String> given) {
    return ACTIONS.stream()
        .map(
            action ->
                new PageChoice(
                    f.t("queue.action." + action),
                    QueueForm.link("/queue/control", given).with("action", action).toString(),
                    false))
        .toList();
  }

  private static Map<String, String> with(Map<String, String> given, String name, String value) {
    Map<String, String> both = new LinkedHashMap<>(given);
    both.put(name, value);
    return both;
  }

  private static Group group(
      Frame f, Map<String, String> given, String by, QueueGroups.Group group) {
    String name = group.name();
    return new Group(
        by.equals("state") ? f.word("qstate", name) : name,
        name.isEmpty()
            ? ""
            : QueueForm.link("/queue", with(given, by, name)).with("by", by).toString(),
        name.isEmpty() || group.held() == 0
            ? ""
            : QueueForm.link("/queue", with(with(given, by, name), "state", "held"))
                .with("by", by)
                .toString(),
        f.number(group.recipients()),
        f.number(group.held()),
        f.number(group.messages()),
        group.oldest(),
        Ages.since(f, group.oldest()),
        group.next() == null ? "" : group.next());
  }

  private static Hop hop(
      Frame f, Map<String, String> given, QueueGroups.Group group, QueueGroups.HopState state) {
    return new Hop(
        group.name(),
        QueueForm.link("/queue", with(given, "route", group.name())).with("by", "route").toString(),
        f.word("hop", state.state()),
        state.lastError(),
        state.at(),
        f.number(group.recipients()));
  }

  private static Entry entry(Frame f, QueuePage.Recipient r) {
    return new Entry(
        r,
        "/messages/" + Frame.encoded(r.queueId()),
        Ages.since(f, r.accepted()),
        r.connector().isEmpty() || r.organization().isEmpty()
            ? ""
            : "/connectors/"
                + Frame.encoded(r.organization())
                + "/outbound/"
                + Frame.encoded(r.connector()));
  }

  /** The count of a request for all mail that a filter finds. */
  static QueueControlAnswer count(QueueResource queue, String action, Map<String, String> given) {
    return answer(
        queue.control(new QueueControl(action, QueueForm.filter(given), null, null), true));
  }

  static QueueControlAnswer answer(jakarta.ws.rs.core.Response response) {
    if (response.getEntity() instanceof QueueControlAnswer answer) {
      return answer;
    }
    throw new ProblemException(Problem.of(500, "No response", "The request had no response."));
  }
}
