package io.postern.console.web.certificates;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.PageChoice;
import io.postern.console.web.frame.QueryPath;
import io.postern.console.web.frame.Shell;
import io.postern.console.web.peers.PeerJson;
import io.postern.console.web.peers.Peers;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** What certificate-service fetches of others: policies of MTA-STS, and revocation. */
@Page
@Path("/certificates")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class WatchedServersPage {
  private final Frames frames;
  private final Peers peers;

  WatchedServersPage(Frames frames, Peers peers) {
    this.frames = frames;
    this.peers = peers;
  }

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance stsPolicies(
        Frame f, List<PageChoice> pages, List<StsPolicy> policies);

    static native TemplateInstance revocation(
        Frame f, List<PageChoice> pages, List<Endpoint> endpoints);
  }

  /**
   * @param mark good, wait or bad
   * @param failure of the last fetch; empty: none
   */
  public record StsPolicy(
      String domain,
      String mode,
      String mark,
      boolean inForce,
      String mx,
      String fetched,
      String until,
      String failure,
      String mail) {}

  /** An endpoint of an authority. */
  public record Endpoint(
      String url,
      boolean fails,
      String lastOk,
      String lastFailure,
      String reason,
      String failures,
      String next) {}

  @GET
  @Path("/mta-sts")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String policies() {
    Frame frame = frames.of("certs.page.mta-sts").command("postern mta-sts");
    List<StsPolicy> policies = new ArrayList<>();
    for (JsonNode each : peers.certificates().get("/mta-sts-policies").path("policies")) {
      JsonNode failure = each.path("failure");
      boolean fails = failure.isObject();
      String mode = PeerJson.text(each, "mode");
      String domain = PeerJson.text(each, "domain");
      policies.add(
          new StsPolicy(
              domain,
              mode,
              fails ? "bad" : mode.equals("enforce") ? "good" : "wait",
              each.path("inForce").asBoolean(),
              String.join(", ", PeerJson.texts(each, "mx")),
              PeerJson.text(each, "fetched"),
              PeerJson.text(each, "until"),
              fails
                  ? PeerJson.text(failure, "resultType") + " " + PeerJson.text(failure, "detail")
                  : "",
              QueryPath.to("/messages").with("toDomain", domain).toString()));
    }
    return Templates.stsPolicies(frame, CertificateSections.of(frame, "/mta-sts"), policies)
        .render();
  }

  @GET
  @Path("/revocation")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String revocation() {
    Frame frame =
        frames
            .of("certs.page.revocation")
            .command(Shell.curl("CERTIFICATE-SERVICE", "/revocation-endpoints"));
    List<Endpoint> endpoints = new ArrayList<>();
    for (JsonNode each : peers.certificates().get("/revocation-endpoints")) {
      long failures = each.path("failuresInRow").asLong();
      endpoints.add(
          new Endpoint(
              PeerJson.text(each, "url"),
              failures > 0,
              PeerJson.text(each, "lastOk"),
              PeerJson.text(each, "lastFailure"),
              PeerJson.text(each, "reason"),
              frame.number(failures),
              PeerJson.text(each, "nextTry")));
    }
    return Templates.revocation(frame, CertificateSections.of(frame, "/revocation"), endpoints)
        .render();
  }
}
