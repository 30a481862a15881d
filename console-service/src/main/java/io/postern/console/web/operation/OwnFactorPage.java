package io.postern.console.web.operation;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.console.web.frame.FieldFaults;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.SessionCookie;
import io.postern.console.web.peers.PeerJson;
import io.postern.console.web.peers.Peers;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.FormParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** The reader's own second factor, of a local user; also of one who lacks one and has no role. */
@Page
@Path("/access/own/second-factor")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class OwnFactorPage {
  private static final int SEE_OTHER = 303;
  private static final int NOT_SIGNED_IN = 401;
  private static final int TOO_MANY = 429;
  private static final int IN_A_GROUP = 4;
  private static final String API = "/me/second-factor";

  private final Frames frames;
  private final Peers peers;
  private final HttpServerRequest request;

  OwnFactorPage(Frames frames, Peers peers, HttpServerRequest request) {
    this.frames = frames;
    this.peers = peers;
    this.request = request;
  }

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance accessFactor(Frame f, View v);

    static native TemplateInstance accessFactorCode(Frame f, Setup v);
  }

  /**
   * @param present a sign-in needs a code
   * @param demanded without it the reader has no roles
   */
  public record View(
      boolean present,
      boolean demanded,
      String currentFault,
      String codeFault,
      List<String> faults) {}

  /**
   * @param secret in groups; empty: it was shown before, this once
   */
  public record Setup(String secret, String uri, String codeFault, List<String> faults) {}

  @GET
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String read() {
    return page(FieldFaults.NONE, List.of());
  }

  private String page(FieldFaults faults, List<String> others) {
    JsonNode state = peers.policy().get(API);
    View view =
        new View(
            state.path("present").asBoolean(),
            state.path("demanded").asBoolean(),
            faults.of("current"),
            faults.of("code"),
            others);
    return Templates.accessFactor(frames.of("access.factor.title"), view).render();
  }

  /** Shows the secret, in this answer only. */
  @POST
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String begin(@FormParam("current") @DefaultValue("") String current) {
    JsonNode begun;
    try {
      begun = peers.policy().post(API, Map.of("current", current)).body();
    } catch (ProblemException e) {
      return page(FieldFaults.of(shown(e)), others(e));
    }
    String secret =
        PeerJson.text(begun, "secret").replaceAll("(.{" + IN_A_GROUP + "})(?=.)", "$1 ");
    return setup(new Setup(secret, PeerJson.text(begun, "uri"), "", List.of()));
  }

  @POST
  @Path("/code")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response complete(@FormParam("code") @DefaultValue("") String code) {
    try {
      peers.policy().put(API, Map.of("code", code), null);
    } catch (ProblemException e) {
      String fault = FieldFaults.of(shown(e)).of("code");
      return Response.ok(setup(new Setup("", "", fault, others(e)))).build();
    }
    return signedOut("factor");
  }

  @POST
  @Path("/remove")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response remove(
      @FormParam("current") @DefaultValue("") String current,
      @FormParam("code") @DefaultValue("") String code) {
    try {
      peers.policy().delete(API, Map.of("current", current, "code", code), null);
    } catch (ProblemException e) {
      return Response.ok(page(FieldFaults.of(shown(e)), others(e))).build();
    }
    return signedOut("no-factor");
  }

  /** The session has ended with the change. */
  private Response signedOut(String left) {
    return Response.status(SEE_OTHER)
        .header(HttpHeaders.LOCATION, "/sign-in?left=" + left)
        .cookie(SessionCookie.ended(request.isSSL()))
        .build();
  }

  /** What the form can show. */
  private static Problem shown(ProblemException e) {
    int status = e.problem().status();
    if (status >= TOO_MANY || status == NOT_SIGNED_IN) {
      throw e;
    }
    return e.problem();
  }

  private static List<String> others(ProblemException e) {
    FieldFaults faults = FieldFaults.of(e.problem());
    List<String> others = new ArrayList<>(faults.others(List.of("current", "code")));
    if (faults.isEmpty()) {
      others.add(e.problem().detail());
    }
    return others;
  }

  private String setup(Setup setup) {
    return Templates.accessFactorCode(frames.of("access.factor.title"), setup).render();
  }
}
