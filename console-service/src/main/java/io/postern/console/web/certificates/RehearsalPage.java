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
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Which partners would fail if a new certificate were in place (docs/guides/certificates.md). The
 * answer is shown and kept nowhere.
 */
@Page
@Path("/certificates/rehearsal")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class RehearsalPage {
  private static final Duration PATIENCE = Duration.ofSeconds(100);

  private final Frames frames;
  private final Peers peers;

  RehearsalPage(Frames frames, Peers peers) {
    this.frames = frames;
    this.peers = peers;
  }

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance rehearsal(Frame f, View v);
  }

  /**
   * @param pem as it was given
   * @param result null: nothing was rehearsed yet
   */
  public record View(
      List<PageChoice> pages,
      FormField replaces,
      String pem,
      String pemFault,
      List<String> faults,
      @Nullable Result result) {}

  /** What would be. */
  public record Result(
      String result,
      String mark,
      String replaces,
      String replacement,
      boolean sameNames,
      List<String> differences,
      List<Outcome> outcomes) {}

  /** For a partner, a host or a connector. */
  public record Outcome(String result, String mark, String concerns, String reason) {}

  @GET
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String form() {
    return page("", "", FieldFaults.NONE, List.of(), null);
  }

  @POST
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String rehearse(
      @FormParam("certificate") @DefaultValue("") String pem,
      @FormParam("replaces") @DefaultValue("") String replaces) {
    try {
      Map<String, String> request =
          replaces.isBlank()
              ? Map.of("certificate", pem)
              : Map.of("certificate", pem, "replaces", replaces.strip());
      JsonNode answer =
          peers.certificates().post("/certificate-rehearsals", request, null, PATIENCE).body();
      return page(pem, replaces, FieldFaults.NONE, List.of(), result(answer));
    } catch (ProblemException e) {
      FieldFaults faults = FieldFaults.of(e.problem());
      List<String> others = new ArrayList<>(faults.others(List.of("certificate", "replaces")));
      if (faults.isEmpty()) {
        others.add(e.problem().detail());
      }
      return page(pem, replaces, faults, others, null);
    }
  }

  private static Result result(JsonNode answer) {
    List<Outcome> outcomes = new ArrayList<>();
    for (JsonNode each : answer.path("outcomes")) {
      String result = PeerJson.text(each, "result");
      outcomes.add(
          new Outcome(
              result,
              mark(result),
              PeerJson.text(each, "concerns"),
              PeerJson.text(each, "reason")));
    }
    String result = PeerJson.text(answer, "result");
    return new Result(
        result,
        mark(result),
        named(answer.path("replaces")),
        named(answer.path("replacement")),
        answer.path("sameSubjectAndIssuer").asBoolean(),
        PeerJson.texts(answer, "differences"),
        outcomes);
  }

  private static String named(JsonNode facts) {
    return PeerJson.text(facts, "subject")
        + ", "
        + PeerJson.text(facts, "keyStrength")
        + ", SHA-256 "
        + PeerJson.text(facts, "sha256");
  }

  private static String mark(String result) {
    return switch (result) {
      case "ok" -> "good";
      case "fails" -> "bad";
      default -> "wait";
    };
  }

  private String page(
      String pem,
      String replaces,
      FieldFaults faults,
      List<String> others,
      @Nullable Result result) {
    Frame frame =
        frames
            .of("certs.page.rehearsal")
            .command(
                PosternCommand.of("rehearse")
                    .add("NEW.pem")
                    .with("--replaces", replaces)
                    .toString());
    return Templates.rehearsal(
            frame,
            new View(
                CertificateSections.of(frame, "/rehearsal"),
                FormField.text("replaces", frame.t("rehearsal.replaces"), replaces, faults),
                pem,
                others.isEmpty() ? faults.of("certificate") : String.join(" ", others),
                List.of(),
                result))
        .render();
  }
}
