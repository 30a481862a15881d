package io.postern.console.web.operation;

import com.fasterxml.jackson.databind.JsonNode;
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

/** Reports about TLS, other senders' and our own (RFC 8460; docs/guides/reports.md). */
@Page
@Path("/reports/tls-reports")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class TlsReportsPage {
  private final Frames frames;
  private final Peers peers;

  TlsReportsPage(Frames frames, Peers peers) {
    this.frames = frames;
    this.peers = peers;
  }

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance tlsReports(
        Frame f,
        List<FormField> fields,
        List<String> notes,
        List<Received> reports,
        List<Sent> sent,
        String sentNote);
  }

  /**
   * A report.
   *
   * @param mail the page of the message that brought it
   */
  public record Received(
      String reporter,
      String senderDomain,
      String proof,
      String start,
      String end,
      String client,
      String tls,
      String mail,
      List<Policy> policies) {}

  /** What it says of one policy. */
  public record Policy(
      String type, String domain, String good, String failed, boolean fails, List<String> why) {}

  /**
   * A report of ours.
   *
   * @param mails queue ids
   */
  public record Sent(String domain, String day, List<String> mails, List<Post> posts) {}

  /**
   * @param state the key of its text: waiting, taken, failed
   */
  public record Post(String to, String state, String detail) {}

  @GET
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String read(
      @QueryParam("domain") @DefaultValue("") String domain,
      @QueryParam("days") @DefaultValue("30") String days) {
    Frame frame =
        frames
            .of("reports.tls")
            .command(
                (domain.isBlank()
                        ? PosternCommand.of("tls-reports")
                        : PosternCommand.of("tls-reports").add(domain.strip()))
                    .with("--days", days)
                    .toString());
    FieldFaults faults = FieldFaults.NONE;
    List<String> notes = new ArrayList<>();
    List<Received> reports = new ArrayList<>();
    try {
      for (JsonNode each :
          peers
              .policy()
              .get(
                  QueryPath.to("/tls-reports")
                      .with("domain", domain.strip())
                      .with("days", days.strip())
                      .toString())) {
        reports.add(received(frame, each));
      }
    } catch (ProblemException e) {
      faults = FieldFaults.of(e.problem());
      notes.add(e.problem().detail());
    }
    List<String> sentNotes = new ArrayList<>();
    List<Sent> sent =
        frame.isOperator()
            ? PeerJson.get(
                    peers.policy(),
                    QueryPath.to("/tls-reports/sent").with("domain", domain.strip()).toString(),
                    sentNotes)
                .map(TlsReportsPage::sent)
                .orElse(List.of())
            : List.of();
    return Templates.tlsReports(
            frame,
            List.of(
                FormField.text("domain", frame.t("reports.tls.domain"), domain, faults),
                FormField.text("days", frame.t("reports.tls.days"), days, faults)),
            notes,
            reports,
            sent,
            String.join(" ", sentNotes))
        .render();
  }

  private static List<Sent> sent(JsonNode reports) {
    List<Sent> sent = new ArrayList<>();
    for (JsonNode each : reports) {
      List<Post> posts = new ArrayList<>();
      each.path("posts")
          .forEach(
              post ->
                  posts.add(
                      new Post(
                          PeerJson.text(post, "to"),
                          "reports.tls.out." + PeerJson.text(post, "state"),
                          PeerJson.text(post, "detail"))));
      sent.add(
          new Sent(
              PeerJson.text(each, "domain"),
              PeerJson.text(each, "day"),
              PeerJson.texts(each, "mails"),
              posts));
    }
    return sent;
  }

  private static Received received(Frame f, JsonNode each) {
    List<Policy> policies = new ArrayList<>();
    for (JsonNode policy : each.path("policies")) {
      List<String> why = new ArrayList<>();
      for (JsonNode failure : policy.path("failures")) {
        why.add(
            "%s %s %s [%s] %s"
                .formatted(
                    f.number(failure.path("sessions").asLong()),
                    PeerJson.text(failure, "type"),
                    PeerJson.text(failure, "host"),
                    PeerJson.text(failure, "address"),
                    PeerJson.text(failure, "information"))
                .strip());
      }
      long failed = policy.path("failed").asLong();
      policies.add(
          new Policy(
              PeerJson.text(policy, "type"),
              PeerJson.text(policy, "domain"),
              f.number(policy.path("successful").asLong()),
              f.number(failed),
              failed > 0,
              why));
    }
    return new Received(
        PeerJson.text(each, "reporter"),
        PeerJson.text(each, "senderDomain"),
        PeerJson.text(each, "proof"),
        PeerJson.text(each, "start"),
        PeerJson.text(each, "end"),
        PeerJson.text(each, "client"),
        PeerJson.text(each, "tls"),
        "/messages/" + Frame.encoded(PeerJson.text(each, "queueId")),
        policies);
  }
}
