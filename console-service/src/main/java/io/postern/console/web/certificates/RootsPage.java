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
import io.postern.console.web.frame.Shell;
import io.postern.console.web.peers.Asked;
import io.postern.console.web.peers.Peer;
import io.postern.console.web.peers.PeerJson;
import io.postern.console.web.peers.Peers;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;

/**
 * Trust anchors: whether a root is trusted, and what changed when (docs/guides/certificates.md).
 */
@Page
@Path("/certificates/roots")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class RootsPage {
  private static final String FINGERPRINT = "(?:[0-9A-Fa-f]{2}:?){20}|(?:[0-9A-Fa-f]{2}:?){32}";
  private static final int MOST_ROOTS = 300;

  private final Frames frames;
  private final Peers peers;

  RootsPage(Frames frames, Peers peers) {
    this.frames = frames;
    this.peers = peers;
  }

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance roots(Frame f, View v);

    static native TemplateInstance rootsDifference(Frame f, Difference d);
  }

  /** Of the search, and of the default set. */
  public record View(
      List<PageChoice> pages,
      List<FormField> fields,
      List<String> notes,
      boolean asked,
      boolean trusted,
      String distrustedBy,
      List<String> steps,
      List<Root> roots,
      List<Version> versions) {}

  /** A root, as it was found. */
  public record Root(
      String subject,
      boolean trusted,
      String distrustedBy,
      String since,
      String until,
      String from,
      String ends,
      String sha256,
      String sources) {}

  /**
   * A version of the default set.
   *
   * @param href its difference from the one before; empty: it is the first that is known
   */
  public record Version(
      String version,
      String since,
      String until,
      String anchors,
      String came,
      String went,
      String sources,
      String href) {}

  /** Between two versions. */
  public record Difference(
      List<PageChoice> pages,
      String from,
      String to,
      List<Root> came,
      List<Root> went,
      List<String> distrusted,
      List<String> distrustedNoMore) {
    public boolean isEmpty() {
      return came.isEmpty() && went.isEmpty() && distrusted.isEmpty() && distrustedNoMore.isEmpty();
    }
  }

  @GET
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String read(
      @QueryParam("name") @DefaultValue("") String name,
      @QueryParam("organization") @DefaultValue("") String organization) {
    String asked = name.strip();
    Frame frame =
        frames
            .of("certs.page.roots")
            .command(
                PosternCommand.of("check --root").add(asked.isEmpty() ? "NAME" : asked).toString());
    List<String> notes = new ArrayList<>();
    FieldFaults faults = FieldFaults.NONE;
    Optional<JsonNode> answer = Optional.empty();
    Peer certificates = peers.certificates();
    Asked asksVersions = Asked.of(certificates, "/trust-bundles");
    if (!asked.isEmpty()) {
      try {
        answer =
            Optional.of(
                certificates.get(
                    QueryPath.to("/trust-anchors")
                        .with(
                            asked.matches(FINGERPRINT) ? "fingerprint" : "name",
                            asked.matches(FINGERPRINT) ? asked.replace(":", "") : asked)
                        .with("organization", organization)
                        .toString()));
      } catch (ProblemException e) {
        faults = FieldFaults.of(e.problem());
        notes.add(e.problem().detail());
      }
    }
    List<Version> versions =
        asksVersions.get(notes).map(all -> versions(frame, all)).orElse(List.of());
    JsonNode found = answer.orElseGet(com.fasterxml.jackson.databind.node.MissingNode::getInstance);
    return Templates.roots(
            frame,
            new View(
                CertificateSections.of(frame, "/roots"),
                List.of(
                    FormField.text("name", frame.t("roots.name"), name, faults),
                    FormField.organization(
                        frame, frame.t("roots.organization"), organization, faults)),
                notes.stream().filter(note -> !note.isEmpty()).toList(),
                answer.isPresent(),
                found.path("trusted").asBoolean(),
                PeerJson.text(found, "distrustedBy"),
                PeerJson.texts(found, "todo"),
                roots(found.path("roots")),
                versions))
        .render();
  }

  @GET
  @Path("/{from}/{to}")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String difference(@PathParam("from") String from, @PathParam("to") String to) {
    String path = "/trust-bundles/" + Frame.encoded(from) + "/differences/" + Frame.encoded(to);
    Frame frame = frames.of("roots.difference").command(Shell.curl("CERTIFICATE-SERVICE", path));
    JsonNode answer = peers.certificates().get(path);
    return Templates.rootsDifference(
            frame,
            new Difference(
                CertificateSections.of(frame, "/roots"),
                from,
                to,
                anchors(answer.path("came")),
                anchors(answer.path("went")),
                PeerJson.texts(answer, "distrusted"),
                PeerJson.texts(answer, "distrustedNoMore")))
        .render();
  }

  private static List<Version> versions(Frame f, JsonNode all) {
    List<JsonNode> nodes = new ArrayList<>();
    all.path("versions").forEach(nodes::add);
    List<Version> versions = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      JsonNode each = nodes.get(i);
      String version = PeerJson.text(each, "version");
      String before = i + 1 < nodes.size() ? PeerJson.text(nodes.get(i + 1), "version") : "";
      versions.add(
          new Version(
              version,
              PeerJson.text(each, "since"),
              PeerJson.text(each, "until"),
              f.number(each.path("anchors").asLong()),
              f.number(each.path("came").asLong()),
              f.number(each.path("went").asLong()),
              String.join(", ", PeerJson.texts(each, "sources")),
              before.isEmpty()
                  ? ""
                  : "/certificates/roots/" + Frame.encoded(before) + "/" + Frame.encoded(version)));
    }
    return versions;
  }

  private static List<Root> roots(JsonNode nodes) {
    List<Root> roots = new ArrayList<>();
    for (JsonNode each : nodes) {
      if (roots.size() < MOST_ROOTS) {
        roots.add(
            root(
                each.path("anchor"),
                each.path("trusted").asBoolean(),
                PeerJson.text(each, "distrustedBy"),
                PeerJson.text(each, "since"),
                PeerJson.text(each, "until")));
      }
    }
    return roots;
  }

  private static List<Root> anchors(JsonNode nodes) {
    List<Root> roots = new ArrayList<>();
    nodes.forEach(each -> roots.add(root(each, true, "", "", "")));
    return roots;
  }

  private static Root root(
      JsonNode anchor, boolean trusted, String distrustedBy, String since, String until) {
    return new Root(
        PeerJson.text(anchor, "subject"),
        trusted,
        distrustedBy,
        since,
        until,
        PeerJson.text(anchor, "validFrom"),
        PeerJson.text(anchor, "validTo"),
        PeerJson.text(anchor, "sha256"),
        String.join(", ", PeerJson.texts(anchor, "sources")));
  }
}
