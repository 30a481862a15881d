package io.postern.console.web.mail;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.console.life.LifeResource;
import io.postern.console.life.RefusalLifeResource;
import io.postern.console.search.Found;
import io.postern.console.search.MessagesResource;
import io.postern.console.search.Parameters;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.PageAnswers;
import io.postern.console.web.frame.ReadLine;
import io.postern.console.web.peers.RequestCalls;
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
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** Messages and refusals in one search. */
@Page
@Path("/messages")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class MessagesPage {
  private static final Pattern EMPTY = Pattern.compile("(^|&)[^=&]*=?(?=&|$)");

  private final Frames frames;
  private final MessagesResource messages;
  private final LifeResource lives;
  private final RefusalLifeResource refusals;
  private final RequestCalls calls;
  private final ObjectMapper json;

  MessagesPage(
      Frames frames,
      MessagesResource messages,
      LifeResource lives,
      RefusalLifeResource refusals,
      RequestCalls calls,
      ObjectMapper json) {
    this.calls = calls;
    this.json = json;
    this.frames = frames;
    this.messages = messages;
    this.lives = lives;
    this.refusals = refusals;
  }

  /**
   * A list of the page.
   *
   * @param title empty: it is the only one
   * @param link to the list alone; empty: it is the only one
   * @param older the page behind it; empty: there is none
   */
  public record Results(String title, String link, List<SearchRow> rows, String older) {
    public Results {
      rows = List.copyOf(rows);
    }
  }

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance messages(
        Frame f, MailText m, SearchForm form, List<Results> results, String read, String wider);
  }

  @GET
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response read(
      @BeanParam Parameters parameters,
      @QueryParam("kind") @DefaultValue("all") String kind,
      @QueryParam("who") @DefaultValue("") String who,
      @QueryParam("q") String q,
      @Context UriInfo uri) {
    if (q != null) {
      return PageAnswers.see(new SearchBox(this::isMessage, this::isRefusal).target(q));
    }
    String asked = uri.getRequestUri().getRawQuery();
    if (asked != null && EMPTY.matcher(asked).find()) {
      return PageAnswers.see("/messages" + query(asked));
    }
    SearchQuery query = SearchQuery.of(parameters, kind);
    SearchForm form = SearchForm.of(kind, who, parameters);
    Frame frame = frames.of("nav.messages").json(query.api()).command(query.command());
    MailText text = new MailText(frame);
    try {
      List<Results> results = new ArrayList<>();
      String read;
      if (who.isBlank()) {
        Found found = messages.list(parameters, kind, uri);
        results.add(
            new Results(
                "",
                "",
                SearchRow.of(found.found(), text),
                found.next() == null ? "" : query.with("after", after(found.next())).path()));
        read = ReadLine.of(found.readTo(), frame);
      } else {
        boolean address = who.indexOf('@') >= 0;
        String from = address ? "from" : "fromDomain";
        String to = address ? "to" : "toDomain";
        Found sent = half(parameters, kind, from, who.strip(), uri, results, text, frame);
        half(parameters, kind, to, who.strip(), uri, results, text, frame);
        read = ReadLine.of(sent.readTo(), frame);
        frame
            .json("")
            .command(
                query.with(from, who.strip()).command()
                    + "\n"
                    + query.with(to, who.strip()).command());
      }
      String wider =
          results.stream().allMatch(one -> one.rows().isEmpty()) ? wider(query, who) : "";
      return Response.ok(Templates.messages(frame, text, form, results, read, wider).render())
          .build();
    } catch (ProblemException e) {
      Problem problem = e.problem();
      if (problem.status() != 400 && problem.status() != 404) {
        throw e;
      }
      return Response.status(problem.status())
          .entity(Templates.messages(frame, text, form.with(problem), List.of(), "", "").render())
          .build();
    }
  }

  /** The mail of one role of who is asked for. */
  private Found half(
      Parameters parameters,
      String kind,
      String role,
      String who,
      UriInfo uri,
      List<Results> results,
      MailText text,
      Frame frame) {
    Found found = messages.list(Roles.with(parameters, role, who), kind, uri);
    SearchQuery alone = SearchQuery.of(parameters, kind).with(role, who);
    keep(alone.api(), found);
    boolean sender = role.startsWith("from");
    results.add(
        new Results(
            frame.t(sender ? "search.assender" : "search.asrecipient", who),
            alone.path(),
            SearchRow.of(found.found(), text),
            found.next() == null ? "" : alone.with("after", after(found.next())).path()));
    return found;
  }

  /** The API has one role a question, the page both: its data are both answers. */
  private void keep(String path, Found found) {
    if (calls.calls().isWantedAsJson()) {
      try {
        calls.calls().keep("console-service" + path, json.writeValueAsString(found), true);
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** The same over a longer time; empty: it is as long as the mail is kept. */
  private static String wider(SearchQuery query, String who) {
    String wide = query.with("since", "90d").with("after", "").path();
    return who.isEmpty()
        ? wide
        : wide + (wide.contains("?") ? "&" : "?") + "who=" + Frame.encoded(who);
  }

  private boolean isMessage(String queueId) {
    return isThere(id -> !lives.life(id).queueId().isEmpty(), queueId);
  }

  private boolean isRefusal(String reference) {
    return isThere(id -> !refusals.refusal(id).refusals().isEmpty(), reference);
  }

  private static boolean isThere(Predicate<String> look, String id) {
    try {
      return look.test(id);
    } catch (ProblemException e) {
      if (e.problem().status() == 404) {
        return false;
      }
      throw e;
    }
  }

  /** Fields that were left empty do not stand in an address that people send each other. */
  private static String query(String asked) {
    String left = EMPTY.matcher(asked).replaceAll("").replaceFirst("^&", "");
    return left.isEmpty() ? "" : "?" + left;
  }

  private static String after(String next) {
    return next.replaceFirst(".*[?&]after=([^&]*).*", "$1");
  }
}
