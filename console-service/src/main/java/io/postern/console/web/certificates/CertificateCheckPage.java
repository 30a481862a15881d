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
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/**
 * A certificate that is checked before it is used: a file, or what a host presents
 * (docs/guides/certificates.md). The answer is shown and kept nowhere.
 */
@Page
@Path("/certificates/check")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class CertificateCheckPage {
  private static final Duration PATIENCE = Duration.ofSeconds(100);
  private static final int TRY_LATER = 500;

  private final Frames frames;
  private final Peers peers;

  CertificateCheckPage(Frames frames, Peers peers) {
    this.frames = frames;
    this.peers = peers;
  }

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance certificateCheck(Frame f, View v);
  }

  /**
   * @param report null: nothing was checked yet
   */
  public record View(
      List<PageChoice> pages,
      List<FormField> fields,
      String pem,
      String pemFault,
      List<String> faults,
      @Nullable CheckReport report) {}

  @GET
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String form(
      @QueryParam("host") @DefaultValue("") String host,
      @QueryParam("role") @DefaultValue("server") String role) {
    return page(host, role, "", FieldFaults.NONE, List.of(), null);
  }

  @POST
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String check(
      @FormParam("host") @DefaultValue("") String host,
      @FormParam("role") @DefaultValue("server") String role,
      @FormParam("pem") @DefaultValue("") String pem) {
    Map<String, String> request = new HashMap<>();
    request.put("role", role);
    if (!host.isBlank()) {
      request.put("host", host.strip());
    }
    if (!pem.isBlank()) {
      request.put("pem", pem);
    }
    if (host.isBlank() == pem.isBlank()) {
      return page(
          host, role, pem, FieldFaults.NONE, List.of(frames.words().text("check.one")), null);
    }
    try {
      JsonNode report =
          peers.certificates().post("/certificate-checks", request, null, PATIENCE).body();
      return page(host, role, pem, FieldFaults.NONE, List.of(), CheckReport.of(report));
    } catch (ProblemException e) {
      if (e.problem().status() >= TRY_LATER) {
        return page(host, role, pem, FieldFaults.NONE, List.of(e.problem().detail()), null);
      }
      FieldFaults faults = FieldFaults.of(e.problem());
      List<String> others = new ArrayList<>(faults.others(List.of("host", "role", "pem")));
      if (faults.isEmpty()) {
        others.add(e.problem().detail());
      }
      return page(host, role, pem, faults, others, null);
    }
  }

  private String page(
      String host,
      String role,
      String pem,
      FieldFaults faults,
      List<String> others,
      @Nullable CheckReport report) {
    Frame frame =
        frames
            .of("certs.page.check")
            .command(
                PosternCommand.of("check" + (role.equals("client") ? " --client" : ""))
                    .add(host.isBlank() ? "FILE.pem" : host.strip())
                    .toString());
    return Templates.certificateCheck(
            frame,
            new View(
                CertificateSections.of(frame, "/check"),
                List.of(
                    FormField.text("host", frame.t("check.host"), host, faults),
                    new FormField(
                        "role",
                        frame.t("check.role"),
                        role,
                        faults.of("role"),
                        List.of(
                            new FormField.Choice(
                                "server", frame.t("check.server"), !role.equals("client")),
                            new FormField.Choice(
                                "client", frame.t("check.client"), role.equals("client"))))),
                pem,
                others.isEmpty() || pem.isBlank() ? faults.of("pem") : String.join(" ", others),
                pem.isBlank() ? others : List.of(),
                report))
        .render();
  }
}
