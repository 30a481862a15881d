package io.postern.console.web.partners;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Values;
import java.util.ArrayList;
import java.util.List;

/**
 * A watch of a partner's next sessions, the newest first. Immutable.
 *
 * @param further sessions beyond those that are shown
 * @param fragment where its newest state is
 */
public record WatchView(
    String organization,
    String id,
    boolean running,
    String began,
    String until,
    long further,
    List<Session> sessions,
    String page,
    String fragment) {
  /**
   * @param result as the service says; accepted is good
   * @param link to the mail or the refusal; empty: there is none
   */
  public record Session(
      String at,
      String result,
      boolean accepted,
      long count,
      String clientIp,
      String greeting,
      String tls,
      String certificateNames,
      String claims,
      String senderDomain,
      String recipientDomains,
      String connector,
      String rule,
      String verdict,
      String link,
      String reference,
      String reply,
      String summary,
      List<Condition> conditions) {}

  /**
   * @param mark met, notMet, unknown
   */
  public record Condition(
      String mark,
      String connector,
      String parameter,
      String expected,
      String actual,
      String detail) {}

  public long shown() {
    return sessions.size();
  }

  static WatchView of(JsonNode watch) {
    String organization = watch.path("organization").asText("");
    String id = watch.path("id").asText("");
    String page = "/partners/watches/" + Frame.encoded(organization) + "/" + Frame.encoded(id);
    List<Session> sessions = new ArrayList<>();
    watch.path("sessions").forEach(session -> sessions.addFirst(session(session)));
    return new WatchView(
        organization,
        id,
        !watch.path("state").asText("").equals("ended"),
        watch.path("began").asText(""),
        watch.path("until").asText(""),
        watch.path("further").asLong(0),
        sessions,
        page,
        page + "/sessions");
  }

  private static Session session(JsonNode session) {
    String queueId = session.path("queueId").asText("");
    String reference = session.path("reference").asText("");
    String key = queueId.isEmpty() ? reference : queueId;
    List<Condition> conditions = new ArrayList<>();
    session.path("conditions").forEach(each -> conditions.add(condition(each)));
    boolean accepted = session.path("result").asText("").equals("accepted");
    return new Session(
        session.path("at").asText(""),
        session.path("result").asText(""),
        accepted,
        session.path("count").asLong(1),
        session.path("clientIp").asText(""),
        session.path("greeting").asText(""),
        session.path("tls").asText(""),
        Values.text(session.path("certificateNames")),
        Values.text(session.path("claims")),
        session.path("senderDomain").asText(""),
        Values.text(session.path("recipientDomains")),
        session.path("connector").asText(""),
        session.path("rule").asText(""),
        session.path("verdict").asText(""),
        key.isEmpty() ? "" : "/messages?q=" + Frame.encoded(key),
        key,
        accepted
            ? ""
            : Values.joined(" ", session.path("code").asText(""), session.path("text").asText("")),
        session.path("summary").asText(""),
        conditions);
  }

  private static Condition condition(JsonNode condition) {
    boolean unknown = condition.path("state").asText("").equals("unknown");
    return new Condition(
        condition.path("met").asBoolean() ? "met" : unknown ? "unknown" : "notMet",
        condition.path("connector").asText(""),
        condition.path("parameter").asText(""),
        condition.path("expected").asText(""),
        condition.path("actual").asText(""),
        condition.path("detail").asText(""));
  }
}
