package io.postern.console.web.certificates;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.PageChoice;
import io.postern.console.web.frame.QueryPath;
import io.postern.console.web.peers.Asked;
import io.postern.console.web.peers.Peer;
import io.postern.console.web.peers.PeerJson;
import io.postern.console.web.peers.Peers;
import io.postern.log.LogSettings;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** Certificates: what ends next, by month, and our own ones (docs/guides/certificates.md). */
@Page
@Path("/certificates")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class CertificatesPage {
  private static final List<String> SPANS = List.of("30", "90", "365");
  private static final List<String> KINDS = List.of("", "own", "partner", "anchor");
  private static final int LETTERS_OF_MONTH = 7;

  private final Frames frames;
  private final Peers peers;

  CertificatesPage(Frames frames, Peers peers) {
    this.frames = frames;
    this.peers = peers;
  }

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance certificates(Frame f, View v);
  }

  /**
   * @param publicPage for partners; empty: this installation has not said where it is
   */
  public record View(
      List<PageChoice> pages,
      List<String> notes,
      List<PageChoice> spans,
      List<PageChoice> kinds,
      List<Month> months,
      List<Own> own,
      String publicPage) {}

  /**
   * @param name such as 2027-02; empty: it was before today
   */
  public record Month(String name, List<Ending> certificates) {}

  /**
   * A certificate that ends.
   *
   * @param mark good, wait or bad
   * @param href what is known about it; empty: nothing more
   */
  public record Ending(
      String kind,
      String mark,
      String subject,
      String issuer,
      String ends,
      String left,
      String sha256,
      List<String> where,
      String href) {}

  /** A certificate of ours. */
  public record Own(
      String state,
      String use,
      String connector,
      String subject,
      String issuer,
      String root,
      List<String> names,
      String key,
      String serial,
      String sha256,
      String from,
      String ends,
      String since,
      String until) {}

  @GET
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String read(
      @QueryParam("withinDays") @DefaultValue("365") String within,
      @QueryParam("kind") @DefaultValue("") String kind) {
    String days = SPANS.contains(within) ? within : "365";
    Frame frame = frames.of("nav.certificates").command("postern certificates --within " + days);
    List<String> notes = new ArrayList<>();
    Peer certificates = peers.certificates();
    Asked asksEnding = Asked.of(certificates, "/expiring-certificates?withinDays=" + days);
    Optional<JsonNode> own =
        PeerJson.get(() -> certificates.getPublic("/certificates.json"), notes);
    Optional<JsonNode> ending = asksEnding.get(notes);
    return Templates.certificates(
            frame,
            new View(
                CertificateSections.of(frame, ""),
                notes,
                SPANS.stream()
                    .map(
                        span ->
                            new PageChoice(
                                frame.t("certs.within", span), link(span, kind), span.equals(days)))
                    .toList(),
                KINDS.stream()
                    .map(
                        each ->
                            new PageChoice(
                                frame.t("certs.kinds" + (each.isEmpty() ? "" : "." + each)),
                                link(days, each),
                                each.equals(kind)))
                    .toList(),
                ending.map(answer -> months(frame, answer, kind)).orElse(List.of()),
                own.map(answer -> own(frame, answer)).orElse(List.of()),
                // Of another machine it is an address between services, which no browser reaches.
                peers
                    .certificateAddress()
                    .filter(at -> at.getHost() != null && LogSettings.loopback(at.getHost()))
                    .map(at -> at.resolve("/certificates").toString())
                    .orElse("")))
        .render();
  }

  private static String link(String days, String kind) {
    return QueryPath.to("/certificates").with("withinDays", days).with("kind", kind).toString();
  }

  private static List<Month> months(Frame f, JsonNode answer, String kind) {
    Map<String, List<Ending>> months = new LinkedHashMap<>();
    for (JsonNode each : answer.path("certificates")) {
      if (kind.isEmpty() || kind.equals(PeerJson.text(each, "kind"))) {
        String ends = PeerJson.text(each, "validTo");
        boolean over = each.path("daysLeft").asLong() < 0;
        String month =
            over || ends.length() < LETTERS_OF_MONTH ? "" : ends.substring(0, LETTERS_OF_MONTH);
        months.computeIfAbsent(month, key -> new ArrayList<>()).add(ending(f, each));
      }
    }
    return months.entrySet().stream()
        .map(month -> new Month(month.getKey(), month.getValue()))
        .toList();
  }

  private static Ending ending(Frame f, JsonNode each) {
    String kind = PeerJson.text(each, "kind");
    long left = each.path("daysLeft").asLong();
    String sha256 = PeerJson.text(each, "sha256");
    return new Ending(
        f.word("certs.kind", kind),
        switch (PeerJson.text(each, "band")) {
          case "expired", "within-30-days" -> "bad";
          case "within-60-days" -> "wait";
          default -> "good";
        },
        PeerJson.text(each, "subject"),
        PeerJson.text(each, "issuer"),
        PeerJson.text(each, "validTo"),
        left < 0 ? f.t("certs.ended", f.number(-left)) : f.t("certs.left", f.number(left)),
        sha256,
        PeerJson.texts(each, "where"),
        switch (kind) {
          case "own" -> "#own";
          case "anchor" -> "/certificates/roots?name=" + Frame.encoded(sha256);
          default -> "";
        });
  }

  private static List<Own> own(Frame f, JsonNode answer) {
    List<Own> own = new ArrayList<>();
    for (JsonNode each : answer.path("certificates")) {
      own.add(
          new Own(
              PeerJson.text(each, "state"),
              f.word("certs.use", PeerJson.text(each, "use")),
              PeerJson.text(each, "connectorName"),
              PeerJson.text(each, "subject"),
              PeerJson.text(each, "issuer"),
              PeerJson.text(each, "rootIssuer"),
              PeerJson.texts(each, "names"),
              PeerJson.text(each, "keyStrength"),
              PeerJson.text(each, "serialNumber"),
              PeerJson.text(each, "sha256"),
              PeerJson.text(each, "validFrom"),
              PeerJson.text(each, "validTo"),
              PeerJson.text(each, "since"),
              PeerJson.text(each, "until")));
    }
    return own;
  }
}
