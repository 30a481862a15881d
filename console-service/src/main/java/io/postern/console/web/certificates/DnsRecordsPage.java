package io.postern.console.web.certificates;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.api.ProblemException;
import io.postern.console.web.frame.FieldFaults;
import io.postern.console.web.frame.FormField;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.PageChoice;
import io.postern.console.web.frame.PosternCommand;
import io.postern.console.web.frame.QueryPath;
import io.postern.console.web.peers.Asked;
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
 * The records that our domains and MX hosts need, and those that they have
 * (docs/guides/domain-records.md).
 */
@Page
@Path("/certificates/dns")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class DnsRecordsPage {
  private final Frames frames;
  private final Peers peers;

  DnsRecordsPage(Frames frames, Peers peers) {
    this.frames = frames;
    this.peers = peers;
  }

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance dnsRecords(Frame f, View v);
  }

  /**
   * @param asked the records are of one name; else they are what the last look at all has found
   * @param at of the look; empty: none was made
   * @param domains accepted ones, to choose from
   */
  public record View(
      List<PageChoice> pages,
      List<FormField> fields,
      List<String> notes,
      boolean asked,
      boolean ok,
      String at,
      List<Row> rows,
      List<String> coming,
      List<PageChoice> domains) {}

  /** A record, as it is and as it should be. */
  public record Row(
      String name,
      String type,
      String state,
      String mark,
      List<String> published,
      List<String> add,
      List<String> remove,
      String note) {}

  @GET
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String read(@QueryParam("name") @DefaultValue("") String name) {
    String asked = name.strip();
    PosternCommand command = PosternCommand.of("dns");
    Frame frame =
        frames
            .of("certs.page.dns")
            .command((asked.isEmpty() ? command : command.add(asked)).toString());
    List<String> notes = new ArrayList<>();
    FieldFaults faults = FieldFaults.NONE;
    Asked asksOrganizations = Asked.of(peers.policy(), "/organizations?limit=20");
    JsonNode answer = com.fasterxml.jackson.databind.node.MissingNode.getInstance();
    try {
      answer = peers.certificates().get(asked.isEmpty() ? "/dns" : "/dns/" + Frame.encoded(asked));
    } catch (ProblemException e) {
      faults = FieldFaults.of(e.problem());
      notes.add(e.problem().detail());
    }
    return Templates.dnsRecords(
            frame,
            new View(
                CertificateSections.of(frame, "/dns"),
                List.of(FormField.text("name", frame.t("dns.name"), name, faults)),
                notes,
                !asked.isEmpty(),
                answer.path("ok").asBoolean(),
                PeerJson.text(answer, "at"),
                rows(frame, answer.path(asked.isEmpty() ? "findings" : "rows")),
                coming(frame, answer.path("coming")),
                domains(asksOrganizations, asked, notes)))
        .render();
  }

  private static List<Row> rows(Frame f, JsonNode nodes) {
    List<Row> rows = new ArrayList<>();
    for (JsonNode each : nodes) {
      String state = PeerJson.text(each, "state");
      rows.add(
          new Row(
              PeerJson.text(each, "name"),
              PeerJson.text(each, "type"),
              f.word("dns.state", state),
              switch (state) {
                case "ok" -> "good";
                case "refused", "missing", "differs" -> "bad";
                default -> "wait";
              },
              PeerJson.texts(each, "published"),
              PeerJson.texts(each, "add"),
              PeerJson.texts(each, "remove"),
              PeerJson.text(each, "note")));
    }
    return rows;
  }

  private static List<String> coming(Frame f, JsonNode nodes) {
    List<String> coming = new ArrayList<>();
    for (JsonNode each : nodes) {
      coming.add(
          f.t(
              "dns.coming",
              PeerJson.text(each, "sha256"),
              f.time(PeerJson.text(each, "from")),
              PeerJson.text(each, "note")));
    }
    return coming;
  }

  /** The accepted domains of the organizations that the reader sees, the first of each. */
  private List<PageChoice> domains(Asked asksOrganizations, String asked, List<String> notes) {
    List<PageChoice> domains = new ArrayList<>();
    asksOrganizations
        .get(notes)
        .ifPresent(
            organizations -> {
              List<Asked> asks = new ArrayList<>();
              for (JsonNode each : organizations.path("items")) {
                String id = PeerJson.text(each.path("object"), "id");
                asks.add(
                    Asked.of(
                        peers.policy(),
                        "/organizations/" + Frame.encoded(id) + "/accepted-domains?limit=20"));
              }
              asks.forEach(each -> each.get(notes).ifPresent(found -> add(domains, found, asked)));
            });
    return domains;
  }

  private static void add(List<PageChoice> domains, JsonNode found, String asked) {
    for (JsonNode each : found.path("items")) {
      String domain = PeerJson.text(each.path("object"), "domain");
      domains.add(
          new PageChoice(
              domain,
              QueryPath.to("/certificates/dns").with("name", domain).toString(),
              domain.equals(asked)));
    }
  }
}
